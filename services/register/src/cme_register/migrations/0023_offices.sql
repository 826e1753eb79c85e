-- As what somebody changed a case: whoever is told of a conflict knows whom to ask.

ALTER TABLE case_change ADD COLUMN office text;   -- their role; null: a rule, or a change from before

CREATE OR REPLACE FUNCTION note_case_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[] := '{}';
BEGIN
    IF (NEW.kind, NEW.category) IS DISTINCT FROM (OLD.kind, OLD.category) THEN changed := changed || 'category'::text; END IF;
    IF NEW.lead_officer_id IS DISTINCT FROM OLD.lead_officer_id THEN changed := changed || 'lead_officer_id'::text; END IF;
    IF NEW.located_at IS DISTINCT FROM OLD.located_at THEN changed := changed || 'located'::text; END IF;
    IF NEW.status <> OLD.status THEN changed := changed || 'status'::text; END IF;
    IF NEW.stage <> OLD.stage THEN changed := changed || 'stage'::text; END IF;
    NEW.version := OLD.version + 1;
    INSERT INTO case_change (case_id, version, fields, changed_by, office)
    VALUES (NEW.id, NEW.version, changed, nullif(current_setting('cme.acting', true), '')::uuid,
        nullif(current_setting('cme.office', true), ''));
    RETURN NEW;
END $$;
