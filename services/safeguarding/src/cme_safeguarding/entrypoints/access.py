"""Who may do what: every endpoint of this service. What somebody may not see does not exist for them (404)."""

from cme_web.access import AccessTable, Row, bearer, signature

OFFICERS = frozenset({"lead_officer", "team_manager", "safeguarding", "service_lead"})
"""Whoever works on cases. Every reading is written down, and can be read by those who answer for it."""
OVERSIGHT = frozenset({"team_manager", "safeguarding"})

SOCIAL_CARE = "social-care"

ACCESS = AccessTable(
    Row("GET", "/v1/factors", bearer, roles=OFFICERS),
    Row("GET", "/v1/considerations", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/considerations/{consideration_id}", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/considerations/{consideration_id}/decision", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/escalations", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("GET", "/v1/escalations", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/escalations/{escalation_id}", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/escalations/{escalation_id}/confirmation", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/escalations/{escalation_id}/acknowledgement", signature, callback=SOCIAL_CARE),
    Row("GET", "/v1/children/{child_id}/chronology", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/escalations/{escalation_id}/decision", signature, callback=SOCIAL_CARE),
    Row("GET", "/v1/bodies", bearer, roles=OFFICERS),
    Row("GET", "/v1/requests", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/requests", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("GET", "/v1/requests/{request_id}", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/requests/{request_id}/steps", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("GET", "/v1/marker-types", bearer, roles=OFFICERS),
    Row("GET", "/v1/children/{child_id}/markers", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/children/{child_id}/markers", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row(
        "POST", "/v1/children/{child_id}/markers/{marker_id}/end", bearer, roles=OFFICERS, hidden=True, idempotent=True
    ),
    Row("GET", "/v1/children/{child_id}/accesses", bearer, roles=OVERSIGHT, hidden=True),
    Row("GET", "/v1/children/{child_id}/reports", bearer, roles={"safeguarding"}, hidden=True),
    Row("GET", "/v1/children/{child_id}/confidential-addresses", bearer, roles={"safeguarding"}, hidden=True),
    Row("GET", "/v1/children/{child_id}/encompass-notices", bearer, roles={"safeguarding"}, hidden=True),
)
