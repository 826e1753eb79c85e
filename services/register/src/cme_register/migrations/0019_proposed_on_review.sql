-- A case on review whose closure is proposed stays what it was on review as: it is on review again where the proposal falls.

ALTER TABLE case_file
    DROP CONSTRAINT dormant_says_why,
    ADD CONSTRAINT dormant_says_why CHECK (
        (dormant_as IS NULL) = (dormant_at IS NULL)
        AND CASE stage WHEN 'dormant' THEN dormant_as IS NOT NULL WHEN 'working' THEN dormant_as IS NULL ELSE true END
    );
