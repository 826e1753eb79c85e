-- What is grave of a case that waits behind another ranks the one that goes on; apart, so that a separation takes it away.

ALTER TABLE case_file ADD COLUMN joined_factors text[] NOT NULL DEFAULT '{}';

UPDATE case_file AS shown SET joined_factors = behind.factors
FROM (
    WITH RECURSIVE waiting AS (
        SELECT waits_for AS shown_id, id, factors FROM case_file WHERE waits_for IS NOT NULL
        UNION ALL
        SELECT waiting.shown_id, case_file.id, case_file.factors FROM case_file JOIN waiting ON case_file.waits_for = waiting.id
    )
    SELECT shown_id, array_agg(DISTINCT factor ORDER BY factor) AS factors FROM waiting, unnest(waiting.factors) AS factor GROUP BY shown_id
) AS behind
WHERE behind.shown_id = shown.id;
