"""Who may do what at intake. What somebody may not see does not exist for them (policy 10)."""

from __future__ import annotations

from cme_web.access import AccessTable, Row, bearer, link, public

SAFEGUARDING = "safeguarding"
"""Alone besides its sender is shown what is confidential in a form."""
OFFICERS = frozenset({"lead_officer", "team_manager", "service_lead", "head_of_service", SAFEGUARDING})
"""They see every submission."""
SCHOOL = "school"
"""Sees what it sent itself, and acts for itself only."""
PARTNER = "partner"
"""Health, social care, police, housing: sees what that account sent itself. The token says what kind of partner."""
TELL, FOLLOW_ALL = "tell", "follow"
"""What a link to a proven address was made for: to tell us once; to follow all that was told from that address."""
FOLLOW = "progress"
"""What the link in an answer was made for."""

OFFICE = frozenset({"lead_officer", "team_manager"})
"""They enter what somebody else told them."""
SENDERS = frozenset({SCHOOL, PARTNER, *OFFICE})
"""They may send a referral; a return is a school's own."""
LONGEST_BATCH = 64 * 1024**3
"""Bytes; a batch is read as it comes, so this bounds time and not memory."""

NO_ACCOUNT = "whoever knows of a child need have no account: a link proves their address (policy 5.4)"

ACCESS = AccessTable(
    Row("POST", "/v1/referrals", bearer, roles=SENDERS, idempotent=True),
    Row("POST", "/v1/new-pupil-returns", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/deletion-returns", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/joint-enquiries", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/partner-notifications", bearer, roles={PARTNER, *OFFICE}, idempotent=True),
    Row("POST", "/v1/home-education-notifications", bearer, roles={SCHOOL, *OFFICE}, idempotent=True),
    Row("POST", "/v1/attendance-returns", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/sickness-returns", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/lost-pupil-records", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/transfer-files", bearer, roles={SCHOOL}, idempotent=True),
    Row("POST", "/v1/encompass-notices", bearer, roles={PARTNER, *OFFICE}, idempotent=True),
    Row("POST", "/v1/batches", bearer, roles=SENDERS, max_body=LONGEST_BATCH),
    Row("GET", "/v1/batches/{batch_id}", bearer, roles=SENDERS, hidden=True),
    Row("GET", "/v1/batches/{batch_id}/accepted", bearer, roles=SENDERS, hidden=True),
    Row("GET", "/v1/batches/{batch_id}/refused", bearer, roles=SENDERS, hidden=True),
    Row("GET", "/v1/submissions", bearer, roles={SCHOOL, PARTNER, *OFFICERS}, hidden=True),
    Row("GET", "/v1/submissions/{submission_id}", bearer, roles={SCHOOL, PARTNER, *OFFICERS}, hidden=True),
    Row("POST", "/v1/submissions/check", bearer, roles=SENDERS),
    Row("POST", "/v1/submissions/{submission_id}/correction", bearer, roles=SENDERS, idempotent=True),
    Row("POST", "/v1/submissions/{submission_id}/withdrawal", bearer, roles=SENDERS, idempotent=True),
    Row("GET", "/v1/punctuality", bearer, roles=OFFICERS, hidden=True),
    Row("GET", "/v1/schools/{urn}/punctuality", bearer, roles={SCHOOL, *OFFICERS}, hidden=True),
    Row("GET", "/v1/schools/{urn}/calendar/{academic_year}", bearer, roles={SCHOOL, *OFFICERS}, hidden=True),
    Row("PUT", "/v1/schools/{urn}/calendar/{academic_year}", bearer, roles={SCHOOL, *OFFICE}, hidden=True),
    Row("POST", "/fhir/R4/$process-message", bearer, roles={PARTNER}),
    Row("GET", "/fhir/R4/Task/{task_id}", bearer, roles={PARTNER}, hidden=True),
    Row("GET", "/fhir/R4/metadata", public, why="what the interface does is open to its users", per_minute=60),
    Row("GET", "/v1/progress/{token}", link, purpose=FOLLOW, per_minute=300),
    Row("POST", "/v1/partner-links", public, why=NO_ACCOUNT, per_minute=10),
    Row("POST", "/v1/partner-notifications/by-link/{token}", link, purpose=TELL, per_minute=30),
    Row("GET", "/v1/submissions/by-link/{token}", link, purpose=FOLLOW_ALL, per_minute=60),
    Row("GET", "/tell-us", public, why=NO_ACCOUNT, per_minute=60),
    Row("POST", "/tell-us", public, why=NO_ACCOUNT, per_minute=10),
    Row("GET", "/tell-us/{token}", link, purpose=TELL, per_minute=60),
    Row("POST", "/tell-us/{token}", link, purpose=TELL, per_minute=30),
    Row("GET", "/following/{token}", link, purpose=FOLLOW_ALL, per_minute=60),
    Row("GET", "/progress/{token}", link, purpose=FOLLOW, per_minute=300),
)
