"""The rules of this council, for whoever needs them in a process."""

from __future__ import annotations

from cme_council import load
from cme_register.adapters.tables import load_rules
from cme_register.application.rules import Rules
from cme_register.settings import Settings


def rules_of(settings: Settings) -> Rules:
    """The tables, with the closure days and the code of the council's file where one is named."""
    if settings.council is None:
        return load_rules(fitted=settings.weights, bank_holidays=settings.bank_holidays)
    council = load(settings.council)
    return load_rules(
        closures=council.closure_days, authority=council.la_code, fitted=settings.weights,
        bank_holidays=settings.bank_holidays,
    )  # fmt: skip
