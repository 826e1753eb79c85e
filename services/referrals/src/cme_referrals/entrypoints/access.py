"""Who may do what at intake. What somebody may not see does not exist for them (policy 10)."""

from __future__ import annotations

from cme_web.access import AccessTable, Row, bearer, link

OFFICERS = frozenset({"lead_officer", "team_manager", "service_lead", "head_of_service", "safeguarding"})
"""They see every submission."""
SCHOOL = "school"
"""Sees what it sent itself, and acts for itself only."""
FOLLOW = "progress"
"""What the link in an answer was made for."""

ACCESS = AccessTable(
    Row("POST", "/v1/referrals", bearer, roles={SCHOOL, "lead_officer", "team_manager"}, idempotent=True),
    Row("POST", "/v1/new-pupil-returns", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/deletion-returns", bearer, roles={SCHOOL}, idempotent=True),
    Row("GET", "/v1/submissions", bearer, roles={SCHOOL, *OFFICERS}, hidden=True),
    Row("GET", "/v1/submissions/{submission_id}", bearer, roles={SCHOOL, *OFFICERS}, hidden=True),
    Row("GET", "/v1/progress/{token}", link, purpose=FOLLOW, per_minute=300),
)
