"""Who may do what here: one row per endpoint."""

from __future__ import annotations

from cme_web.access import AccessTable, Row, bearer, public, signature

ACCESS = AccessTable(
    Row("GET", "/v1/messages", bearer, roles={"lead_officer", "team_manager", "service_lead"}, hidden=True),
    Row("POST", "/v1/receipts", signature, callback="notify"),
)

LOCAL = AccessTable(
    Row("GET", "/v1/mailbox", bearer, roles={"operator"}, hidden=True),
    Row(
        "GET",
        "/mailbox",
        public,
        why="the local run's invented people read their mail here; production has no such page",
        per_minute=120,
    ),
)
"""The local run's mailbox: in production neither route exists."""
