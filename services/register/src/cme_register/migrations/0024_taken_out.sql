-- A case that turns out to be about another child goes to a record of its own, with its notes: whose they are is no word of theirs.

CREATE OR REPLACE FUNCTION keep_case_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.case_id, NEW.about, NEW.corrects, NEW.sensitive, NEW.words, NEW.written_by, NEW.written_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.case_id, OLD.about, OLD.corrects, OLD.sensitive, OLD.words, OLD.written_by, OLD.written_at) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a case note is never changed; write another that corrects it';
END $$;
