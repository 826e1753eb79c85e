"""Who may do what with the register. What somebody may not see does not exist for them (policy 10)."""

from __future__ import annotations

from cme_web.access import AccessTable, Row, bearer

OFFICERS = frozenset({"lead_officer", "team_manager", "service_lead"})
"""They work on cases, each other's included: a child does not wait because somebody is on leave."""
MANAGER = frozenset({"team_manager"})
AGREE = OFFICERS | {"safeguarding"}
"""They see how a case is to end, and agree to it: of a child who was not found safeguarding does too."""

ACCESS = AccessTable(
    Row("GET", "/v1/cases", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/cases/{case_id}", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/children/{child_id}", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/officers", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/officers/{officer_id}/absences", bearer, roles=MANAGER, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/lead-officer", bearer, roles=MANAGER, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/category", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/located", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("GET", "/v1/cases/{case_id}/closure", bearer, roles=AGREE, hidden=True),
    Row("POST", "/v1/cases/{case_id}/closure", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/closure/agreement", bearer, roles=AGREE, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/closure/refusal", bearer, roles=AGREE, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/considerations", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/reopening", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/cases/{case_id}/review", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/orders", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/consents", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("GET", "/v1/cohorts", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/cohorts/{september}/{intake}/{school_urn}", bearer, roles=OFFICERS, hidden=True),
    Row(
        "POST",
        "/v1/cohorts/{september}/{intake}/{school_urn}/report",
        bearer,
        roles=OFFICERS,
        hidden=True,
        idempotent=True,
    ),
    Row("POST", "/v1/children/{child_id}/placements", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/placements/{placement_id}/steps", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/home-education", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/joint-enquiries", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row(
        "POST",
        "/v1/children/{child_id}/joint-enquiries/{enquiry_id}/withdrawal",
        bearer,
        roles=OFFICERS,
        hidden=True,
        idempotent=True,
    ),
    *(
        Row("GET", path, bearer, roles=OFFICERS, hidden=True)
        for path in (
            "/v1/checks",
            "/v1/checks/yield",
            "/v1/cases/{case_id}/checks",
            "/v1/support",
            "/v1/groups",
            "/v1/risk-rules",
            "/v1/cases/{case_id}/chronology",
            "/v1/cases/{case_id}/contacts",
            "/v1/cases/{case_id}/support",
            "/v1/children/{child_id}/groups",
            "/v1/children/{child_id}/siblings",
        )
    ),
    *(
        Row("POST", path, bearer, roles=OFFICERS, hidden=True, idempotent=True)
        for path in (
            "/v1/cases/{case_id}/checks",
            "/v1/cases/{case_id}/checks/{check_id}/answer",
            "/v1/cases/{case_id}/waived-checks",
            "/v1/cases/{case_id}/notes",
            "/v1/cases/{case_id}/contacts",
            "/v1/cases/{case_id}/contacts/{contact_id}",
            "/v1/cases/{case_id}/attempts",
            "/v1/cases/{case_id}/support",
            "/v1/cases/{case_id}/support/{support_id}/answer",
            "/v1/cases/{case_id}/rating",
            "/v1/children/{child_id}/groups",
            "/v1/children/{child_id}/siblings",
        )
    ),
    Row("POST", "/v1/children/search", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/review", bearer, roles=OFFICERS, hidden=True),
    Row("POST", "/v1/review/{pair_id}/decision", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/take-out", bearer, roles=OFFICERS, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/join", bearer, roles=MANAGER, hidden=True, idempotent=True),
    Row("POST", "/v1/children/{child_id}/separate", bearer, roles=MANAGER, hidden=True, idempotent=True),
)
