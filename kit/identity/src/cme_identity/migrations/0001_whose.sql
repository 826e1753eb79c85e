-- Whose is this: one row for every submission chain, case or other subject about which something is kept.
--
-- What the register has said is kept as it said it, with its time; whose a subject is now follows from that alone.
-- So it does not matter in which order, how late or how often it arrives.

CREATE TABLE whose (
    subject           uuid PRIMARY KEY,
    child_id          uuid NOT NULL,            -- whose it is now: follows the joins
    recorded_child_id uuid NOT NULL,            -- whose the register last said it is, itself
    since             timestamptz NOT NULL      -- when it said so
);
CREATE INDEX whose_child ON whose (child_id);
CREATE INDEX whose_recorded_child ON whose (recorded_child_id);

CREATE TABLE joined (
    absorbed  uuid NOT NULL,
    surviving uuid NOT NULL CHECK (surviving <> absorbed),
    at        timestamptz NOT NULL,
    PRIMARY KEY (absorbed, surviving, at)
);
CREATE INDEX joined_surviving ON joined (surviving);

CREATE TABLE separated (                        -- from then on the restored child stands by itself again
    restored uuid NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (restored, at)
);

-- Whose something is now that was given to `child` at the time `at`. A join takes it along when it was made later,
-- and also when it was made before but had not been undone by then: that is what "placed on an absorbed record" means.
CREATE FUNCTION whose_now(child uuid, at timestamptz) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
    step   record;
    walked tid[] := '{}';   -- no join is followed twice: until a late separation arrives, joins may seem to go in a circle
BEGIN
    LOOP
        SELECT j.ctid AS id, j.surviving, greatest(j.at, whose_now.at) AS at INTO step
        FROM joined AS j
        WHERE j.absorbed = child AND j.ctid <> ALL (walked)
          AND NOT EXISTS (SELECT FROM separated AS s WHERE s.restored = child AND s.at >= j.at AND s.at <= whose_now.at)
        ORDER BY j.at, j.surviving LIMIT 1;
        IF NOT FOUND THEN
            RETURN child;
        END IF;
        child := step.surviving;
        at := step.at;
        walked := walked || step.id;
    END LOOP;
END
$$;

-- Work out anew whose everything is that a join or separation of `child` could have moved.
CREATE FUNCTION settle_whose(child uuid) RETURNS void LANGUAGE sql AS $$
    WITH RECURSIVE family (id) AS (
        VALUES (child)
        UNION
        SELECT CASE WHEN j.absorbed = f.id THEN j.surviving ELSE j.absorbed END
        FROM family AS f JOIN joined AS j ON f.id IN (j.absorbed, j.surviving)
    )
    UPDATE whose SET child_id = whose_now(recorded_child_id, since)
    WHERE recorded_child_id IN (SELECT id FROM family)
      AND child_id <> whose_now(recorded_child_id, since)
$$;
