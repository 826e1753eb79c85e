"""The council's values are data: dated, sourced, and wrong loudly."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from cme_calendars import WorkingDays
from cme_council import CouncilError, NotGivenError, load

SHIPPED = Path("deploy/council.toml")
LOCAL = Path("deploy/local/county/council.toml")
TODAY = date(2026, 11, 23)
SMALL = """
name = "A council"
la_code = "999"
contact = [{id = "team", valid_from = 2026-01-01, name = "Team", email = "team@example.org", source = "invented"}]
citation = [
    {id = "guidance", valid_from = 2025-01-01, text = "Guidance of 2025", source = "invented"},
    {id = "guidance", valid_from = 2026-06-01, text = "Guidance of 2026", source = "invented"},
]
closure = [{day = 2026-12-29, reason = "Christmas"}]
[labels.category]
missing = "Missing"
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        (path := tmp_path / "council.toml").write_text(text, "utf-8")
        return load(path)

    return read


@pytest.mark.policy("12.1")
def test_the_team_is_reached_as_the_policy_says():
    team = load(SHIPPED).contact("cme_team", TODAY)
    assert (team.email, team.telephone) == ("cs.cmecoordinators@derbyshire.gov.uk", "01629 535741")


def test_the_two_categories_have_the_policys_names():
    council = load(SHIPPED)
    assert council.label("category", "missing") == "CME - missing"
    assert council.label("category", "without_school_place") == "CME - WASP"


@pytest.mark.parametrize(
    ("citation", "part"),
    [
        ("deletion_grounds", "regulation 9(1)"),
        ("lawful_basis", "6(1)(e)"),
        ("safeguarding_partnership", "Derby and Derbyshire Safeguarding Children Partnership"),
        ("working_together", "2026"),
    ],
)
def test_what_the_policy_cites_inexactly_is_cited_right_and_the_policys_words_are_kept(citation, part):
    given = load(SHIPPED).citation(citation, TODAY)
    assert part in given.text
    assert given.policy_says is not None
    assert part not in given.policy_says


def test_the_local_run_writes_to_nobody():
    council = load(LOCAL)
    assert all(contact.email.endswith("example.org") for contact in council.contact_list)
    assert council.la_code == "999"
    assert council.labels.keys() == load(SHIPPED).labels.keys()


def test_a_later_entry_holds_from_its_day_on(read):
    council = read(SMALL)
    assert council.citation("guidance", date(2026, 5, 31)).text == "Guidance of 2025"
    assert council.citation("guidance", date(2026, 6, 1)).text == "Guidance of 2026"


def test_what_is_not_given_or_not_valid_yet_is_said(read):
    with pytest.raises(NotGivenError, match="no guidance valid on 2024-12-31"):
        read(SMALL).citation("guidance", date(2024, 12, 31))
    with pytest.raises(NotGivenError, match="no police"):
        read(SMALL).contact("police", TODAY)


def test_a_code_without_a_word_is_shown_as_it_is(read):
    council = read(SMALL)
    assert council.label("category", "missing") == "Missing"
    assert council.label("category", "new") == council.label("nothing", "new") == "new"


def test_closure_days_are_no_working_days(read):
    assert not WorkingDays(read(SMALL).closure_days).is_working_day(date(2026, 12, 29))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('la_code = "999"', 'la_code = "9"'), "la_code"),
        (("email", "e_mail"), r"contact\.0\.e_mail"),
        (('name = "Team"', 'name = " "'), r"contact\.0\.name"),
        (("2026-06-01", "2025-01-01"), "guidance is given twice from 2025-01-01"),
        (("2026-12-29", '"soon"'), r"closure\.0\.day"),
        (("name =", "name ="[:-1]), "not TOML"),
    ],
)
def test_a_file_that_is_wrong_says_where(read, change, says):
    with pytest.raises(CouncilError, match=says):
        read(SMALL.replace(*change))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CouncilError, match=r"none\.toml cannot be read: No such file"):
        load(tmp_path / "none.toml")


def test_every_value_shipped_says_where_it_is_from():
    rows = tomllib.loads(SHIPPED.read_text("utf-8"))
    assert all(row["source"].startswith(("https://", "the ")) for row in rows["contact"] + rows["citation"])
