"""Which teams hear of a deletion return: the rows of the table, by day."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from cme_contracts.codes import Team
from cme_contracts.codes_intake import Ground
from cme_register.adapters.tables import TABLES, load_rules
from cme_register.domain.deletion_teams import DeletionTeams, TeamRow

DAY = date(2026, 11, 23)
ROW = TeamRow(team="send", reason="plan-review", source="s", valid_from=DAY, grounds=frozenset("f"), factor="ehcp")


@pytest.mark.parametrize("ground", [ground.value for ground in Ground])
def test_a_death_is_told_to_no_team_and_every_other_plan_to_send(ground: str) -> None:
    found = {row.team for row in load_rules().deletion_teams.of_return(ground, {"ehcp"}, DAY)}
    assert ("send" in found) is (ground not in {"k", "unknown"})
    assert found <= {team.value for team in Team}


def test_a_row_holds_from_its_day_until_it_is_ended() -> None:
    teams = DeletionTeams([ROW, replace(ROW, valid_from=date(2027, 1, 1), ended=True)])
    days = (date(2026, 11, 22), DAY, date(2026, 12, 31), date(2027, 1, 1))
    assert [bool(teams.of_return("f", {"ehcp"}, day)) for day in days] == [False, True, True, False]
    assert not teams.of_return("f", (), DAY) and not teams.of_return("g", {"ehcp"}, DAY)


@pytest.mark.parametrize(
    "row",
    ['team = "nobody"\nrule = "x"', 'team = "send"', 'team = "send"\nrule = "x"\ngrounds = ["f"]'],
    ids=["no such team", "of nothing", "of both"],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, row: str) -> None:
    folder = copytree(TABLES, tmp_path / "tables")
    (folder / "deletion_teams.toml").write_text(f'[[team]]\n{row}\nvalid_from = 2026-01-01\nsource = "s"\n', "utf-8")
    with pytest.raises(ValueError, match=r"team|grounds"):
        load_rules(folder)
