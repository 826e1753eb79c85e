"""Every event there is: importing this module fills `CATALOG`."""

from cme_contracts import (
    encompass,
    notifications,
    partners,
    referrals,
    register,
    register_cases,
    register_clocks,
    register_matching,
    register_placement,
    register_recorded,
    register_status,
    register_work,
    returns,
    safeguarding,
    safeguarding_clocks,
    safeguarding_markers,
    safeguarding_requests,
)
from cme_contracts.base import CATALOG

__all__ = [
    "CATALOG",
    "encompass",
    "notifications",
    "partners",
    "referrals",
    "register",
    "register_cases",
    "register_clocks",
    "register_matching",
    "register_placement",
    "register_recorded",
    "register_status",
    "register_work",
    "returns",
    "safeguarding",
    "safeguarding_clocks",
    "safeguarding_markers",
    "safeguarding_requests",
]
