-- School years as intake says them: an authority's, or how one school departs from it. School days are counted on them.

CREATE TABLE school_calendar (
    whose         text NOT NULL,                -- a URN, six figures; or an authority's code, three
    academic_year text NOT NULL,
    terms         jsonb,                        -- null: a school keeps its authority's
    inset_days    date[] NOT NULL,
    closed_days   date[] NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (whose, academic_year)
);
