-- Whose a case is, how its closure is agreed, what it was before, and who changed it.

ALTER TABLE case_file
    ADD COLUMN stage           text NOT NULL DEFAULT 'working' CHECK (stage IN ('working', 'closure_proposed', 'dormant')),
    ADD COLUMN owner_role      text,                       -- lead_officer; or the role that answers for it while there is none
    ADD COLUMN version         int NOT NULL DEFAULT 1,
    ADD COLUMN repeat          smallint NOT NULL DEFAULT 0, -- how often it was reopened
    ADD COLUMN reopened_at     timestamptz,
    ADD COLUMN follows_case_id uuid REFERENCES case_file,  -- the child's closed case that this one follows
    ADD COLUMN met_at          timestamptz,                -- closed: something arrived since that a person must look at
    ADD COLUMN dormant_as      text,                       -- the outcome with which it is on review
    ADD COLUMN dormant_at      timestamptz,
    ADD COLUMN reviews         smallint NOT NULL DEFAULT 0; -- how often it was looked at again since

UPDATE case_file SET owner_role = CASE WHEN lead_officer_id IS NULL THEN 'team_manager' ELSE 'lead_officer' END;

ALTER TABLE case_file
    ALTER COLUMN owner_role SET NOT NULL,
    ADD CONSTRAINT owner_is_somebody CHECK ((owner_role = 'lead_officer') = (lead_officer_id IS NOT NULL)),
    ADD CONSTRAINT only_open_has_a_stage CHECK (status IN ('open', 'joined') OR stage = 'working'),
    ADD CONSTRAINT dormant_says_why CHECK ((stage = 'dormant') = (dormant_as IS NOT NULL AND dormant_at IS NOT NULL));
CREATE INDEX case_met ON case_file (met_at) WHERE met_at IS NOT NULL;
CREATE INDEX case_of_team ON case_file (child_id) WHERE status = 'open' AND lead_officer_id IS NULL;

-- Which fields of a case a change was about, by whom; what it is now, the case says.
CREATE TABLE case_change (
    case_id    uuid NOT NULL REFERENCES case_file,
    version    int NOT NULL,
    fields     text[] NOT NULL,
    changed_by uuid,                              -- null: a rule
    changed_at timestamptz NOT NULL DEFAULT now(), -- technical time
    PRIMARY KEY (case_id, version)
);

CREATE FUNCTION note_case_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[] := '{}';
BEGIN
    IF (NEW.kind, NEW.category) IS DISTINCT FROM (OLD.kind, OLD.category) THEN changed := changed || 'category'::text; END IF;
    IF NEW.lead_officer_id IS DISTINCT FROM OLD.lead_officer_id THEN changed := changed || 'lead_officer_id'::text; END IF;
    IF NEW.located_at IS DISTINCT FROM OLD.located_at THEN changed := changed || 'located'::text; END IF;
    IF NEW.status <> OLD.status THEN changed := changed || 'status'::text; END IF;
    IF NEW.stage <> OLD.stage THEN changed := changed || 'stage'::text; END IF;
    NEW.version := OLD.version + 1;
    INSERT INTO case_change (case_id, version, fields, changed_by)
    VALUES (NEW.id, NEW.version, changed, nullif(current_setting('cme.acting', true), '')::uuid);
    RETURN NEW;
END $$;

CREATE TRIGGER case_changed BEFORE UPDATE ON case_file FOR EACH ROW
WHEN ((OLD.kind, OLD.category, OLD.lead_officer_id, OLD.located_at, OLD.status, OLD.stage)
    IS DISTINCT FROM (NEW.kind, NEW.category, NEW.lead_officer_id, NEW.located_at, NEW.status, NEW.stage))
EXECUTE FUNCTION note_case_change();

-- Every closure that was asked for. One at a time is proposed; those that were agreed are how the case ended, each time.
CREATE TABLE closure (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    repeat      smallint NOT NULL,
    outcome     text NOT NULL,
    proof       text NOT NULL,
    evidence    text,                              -- where the proof is kept; free text, never told
    needs       text[] NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('proposed', 'agreed', 'refused')),
    decided_by  uuid,
    decided_at  timestamptz,
    reason      text,
    note        text,                              -- why it was refused; free text, never told
    CHECK ((state = 'proposed') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX one_proposed_closure ON closure (case_id) WHERE state = 'proposed';
CREATE INDEX closure_of_case ON closure (case_id, proposed_at);

CREATE TABLE closure_sign_off (
    closure_id uuid NOT NULL REFERENCES closure,
    sign_off   text NOT NULL,
    signed_by  uuid NOT NULL,
    signed_at  timestamptz NOT NULL,
    PRIMARY KEY (closure_id, sign_off),
    UNIQUE (closure_id, signed_by)                 -- nobody agrees twice
);

-- What was considered before a case may close: by an officer, with a reason; or heard from safeguarding.
CREATE TABLE case_consideration (
    id                uuid PRIMARY KEY,
    case_id           uuid NOT NULL REFERENCES case_file,
    about             text NOT NULL CHECK (about IN ('safeguarding', 'sibling')),
    sibling_record_id uuid REFERENCES child,
    reason            text NOT NULL,               -- free text, never told
    considered_by     uuid NOT NULL,
    considered_at     timestamptz NOT NULL,
    CHECK ((about = 'sibling') = (sibling_record_id IS NOT NULL))
);
CREATE INDEX consideration_of_case ON case_consideration (case_id);

CREATE TABLE safeguarding_heard (
    subject  uuid PRIMARY KEY,                     -- a case; before there is one, a chain or a child
    heard_at timestamptz NOT NULL
);

-- How many open cases of each rank an officer has: what was added and taken since the last time it was summed up. So two
-- transactions never wait for each other over a count, and nobody counts cases.
CREATE TABLE officer_load (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES officer,
    risk       smallint NOT NULL,
    dormant    boolean NOT NULL,
    cases      int NOT NULL
);

INSERT INTO officer_load (officer_id, risk, dormant, cases)
SELECT lead_officer_id, risk, false, count(*) FROM case_file WHERE status = 'open' AND lead_officer_id IS NOT NULL GROUP BY 1, 2;

CREATE FUNCTION count_case_load() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'open' AND OLD.lead_officer_id IS NOT NULL THEN
        INSERT INTO officer_load (officer_id, risk, dormant, cases)
        VALUES (OLD.lead_officer_id, OLD.risk, OLD.stage = 'dormant', -1);
    END IF;
    IF NEW.status = 'open' AND NEW.lead_officer_id IS NOT NULL THEN
        INSERT INTO officer_load (officer_id, risk, dormant, cases)
        VALUES (NEW.lead_officer_id, NEW.risk, NEW.stage = 'dormant', 1);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER case_load_begins AFTER INSERT ON case_file FOR EACH ROW EXECUTE FUNCTION count_case_load();
CREATE TRIGGER case_load_changes AFTER UPDATE ON case_file FOR EACH ROW
WHEN ((OLD.lead_officer_id, OLD.risk, OLD.status, OLD.stage)
    IS DISTINCT FROM (NEW.lead_officer_id, NEW.risk, NEW.status, NEW.stage))
EXECUTE FUNCTION count_case_load();

-- Who is away, and who covers.
CREATE TABLE officer_absence (
    id          uuid PRIMARY KEY,
    officer_id  uuid NOT NULL REFERENCES officer,
    first_day   date NOT NULL,
    last_day    date CHECK (last_day >= first_day),  -- null: until further notice
    cover_id    uuid REFERENCES officer CHECK (cover_id <> officer_id),
    cancelled   boolean NOT NULL,                    -- it does not take place after all
    recorded_by uuid,                                -- null: the staff list
    recorded_at timestamptz NOT NULL,
    UNIQUE (officer_id, first_day)                   -- recorded again, it is changed
);
