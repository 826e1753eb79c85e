-- Markers, and when nobody knew where a child was. Ended, never deleted.

ALTER TABLE factor_said ADD COLUMN ended_at timestamptz;    -- the marker it is has ended: screening forgets it

CREATE TABLE marker (
    id            uuid PRIMARY KEY,
    source_id     uuid NOT NULL,                -- what said it: a submission, an escalation, the marker itself
    subject       uuid NOT NULL,
    type          text NOT NULL,
    factor        text NOT NULL,                -- what screening weighs it as
    source        text NOT NULL,
    since         date NOT NULL,
    level         text NOT NULL,
    restricted    boolean NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   uuid,                         -- null: it came with what was heard
    ended_on      date,
    ended_because text,
    ended_at      timestamptz,
    ended_by      uuid,
    UNIQUE (source_id, type),
    CHECK (num_nulls(ended_on, ended_because, ended_at, ended_by) IN (0, 4))
);
CREATE INDEX marker_subject ON marker (subject);

CREATE TABLE missing_episode (
    case_id  uuid NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (case_id, began_at)
);
CREATE UNIQUE INDEX missing_episode_open ON missing_episode (case_id) WHERE ended_at IS NULL;

-- What was said before there were markers.
INSERT INTO marker (id, source_id, subject, type, factor, source, since, level, restricted, recorded_at)
SELECT gen_random_uuid(), f.source_id, f.subject, CASE WHEN e.submission_id IS NULL THEN f.factor ELSE 'encompass_notice' END,
       f.factor, coalesce(e.source, 'submission'), (f.said_at AT TIME ZONE 'Europe/London')::date, 'reported',
       f.factor IN ('domestic_abuse', 'fgm', 'forced_marriage', 'exploitation', 'trafficking', 'radicalisation'), f.said_at
FROM factor_said AS f
LEFT JOIN encompass_notice AS e ON e.submission_id = f.source_id AND f.factor = 'domestic_abuse'
WHERE f.factor IN ('child_protection_plan', 'looked_after', 'child_in_need', 'section_47', 'social_worker', 'domestic_abuse', 'fgm',
                   'forced_marriage', 'exploitation', 'trafficking', 'radicalisation', 'private_fostering', 'previously_missing');

INSERT INTO missing_episode (case_id, began_at, ended_at)
SELECT id, began_at, CASE WHEN located_at >= began_at THEN greatest(least(located_at, closed_at), began_at)
                         WHEN closed_at IS NOT NULL THEN greatest(closed_at, began_at) END
FROM (SELECT *, coalesce(category_at, opened_at) AS began_at FROM case_file) AS c
WHERE kind = 'cme' AND category = 'missing' AND began_at IS NOT NULL;
