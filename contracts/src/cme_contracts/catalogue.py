"""Every event there is: importing this module fills `CATALOG`."""

from cme_contracts import notifications, referrals, register, returns, safeguarding
from cme_contracts.base import CATALOG

__all__ = ["CATALOG", "notifications", "referrals", "register", "returns", "safeguarding"]
