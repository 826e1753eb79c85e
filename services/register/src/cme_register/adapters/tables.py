"""Reads the tables that decide: clocks, outcomes, watches, whose work it is. A table that is not right stops the start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from cme_calendars import WorkingDays
from cme_contracts.codes import Team
from cme_register.adapters.clock_table import load_clocks
from cme_register.adapters.matching_tables import load_weights
from cme_register.adapters.tables_work import load_work
from cme_register.application.rules import Rules, Watch
from cme_register.domain.age_teams import AgeTeam, AgeTeams
from cme_register.domain.allocation import Weights
from cme_register.domain.codes import Outcome, Proof, SignOff, SubmissionKind
from cme_register.domain.cohort import CohortRule
from cme_register.domain.deletion_teams import DeletionTeams, TeamRow
from cme_register.domain.handover import HandOverRule, HandOverTable
from cme_register.domain.outcomes import OutcomeRule, OutcomeTable

TABLES = Path(__file__).parent.parent / "tables"


def load_rules(
    folder: Path = TABLES,
    *,
    closures: Iterable[date] = (),
    authority: str | None = None,
    fitted: Path | None = None,
    bank_holidays: Path | None = None,
) -> Rules:
    """The rules as the files say; `closures` are the days on which the council is shut, `authority` its code.

    `fitted`: another table of likeness than the one that is shipped. `bank_holidays`: another file of them than kit/calendars'.

    Raises ValueError, KeyError or TypeError for a file that is not such a table.
    """
    teams = tomllib.loads((folder / "deletion_teams.toml").read_text("utf-8"))["team"]
    watches = tomllib.loads((folder / "watches.toml").read_text("utf-8"))["watch"]
    outcomes = tomllib.loads((folder / "outcomes.toml").read_text("utf-8"))["outcome"]
    weights = tomllib.loads((folder / "allocation.toml").read_text("utf-8"))["weights"]
    hand_overs = tomllib.loads((folder / "hand_overs.toml").read_text("utf-8"))["hand_over"]
    cohorts = tomllib.loads((folder / "cohorts.toml").read_text("utf-8"))["cohort"]
    ages = tomllib.loads((folder / "school_age.toml").read_text("utf-8"))["team"]
    return Rules(
        clocks=load_clocks(folder / "clocks.toml"),
        outcomes=OutcomeTable(map(_outcome, outcomes)),
        hand_overs=HandOverTable(map(_hand_over, hand_overs)),
        days=WorkingDays(closures, data=bank_holidays) if bank_holidays else WorkingDays(closures),
        deletion_teams=DeletionTeams(map(_team, teams)),
        watches=tuple(Watch(**row) for row in watches),
        matching=load_weights(folder, fitted),
        **load_work(folder),
        age_teams=AgeTeams(map(_age_team, ages)),
        authority=authority,
        cohorts=tuple(CohortRule(**row) for row in cohorts),
        weights=tuple(Weights(**row) for row in weights),
    )


def _outcome(row: dict[str, Any]) -> OutcomeRule:
    read = {
        "outcome": Outcome(row["code"]),
        "proofs": frozenset(map(Proof, row["proofs"])),
        "sign_off": tuple(map(SignOff, row.get("sign_off", ()))),
        "review_after_months": tuple(row.get("review_after_months", ())),
    }
    return OutcomeRule(**({name: value for name, value in row.items() if name != "code"} | read))


def _hand_over(row: dict[str, Any]) -> HandOverRule:
    team = Team(row["team"]).value if "team" in row else None
    if team == Team.UNKNOWN:
        raise ValueError(f"{row['kind']} is handed to a team that there is not")
    return HandOverRule(
        kind=SubmissionKind(row["kind"]), team=team, valid_from=row["valid_from"], source=row["source"]
    )  # fmt: skip


def _team(row: dict[str, Any]) -> TeamRow:
    if Team(row["team"]) is Team.UNKNOWN:
        raise ValueError("a deletion return is told to a team that there is not")
    if ("rule" in row) == ("grounds" in row):
        raise ValueError(f"who tells {row['team']}: a rule, or grounds?")
    return TeamRow(**(row | {"reason": row.get("reason") or row["rule"], "grounds": frozenset(row.get("grounds", ()))}))


def _age_team(row: dict[str, Any]) -> AgeTeam:
    if Team(row["team"]) is Team.UNKNOWN or row["side"] not in {"before", "after"}:
        raise ValueError(
            "a child outside compulsory school age is told to a team that there is not, or on no side of it"
        )
    return AgeTeam(**row)
