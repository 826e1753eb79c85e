-- Of two submissions that were received at one instant the one that was heard first leads what is shown of the child.

ALTER TABLE submission ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;
