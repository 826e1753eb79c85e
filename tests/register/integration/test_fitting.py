"""Weights are counted from a file of which it is known whose each description is; what cannot be read is said (decision 0133)."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

import pytest

from cme_register.adapters.matching_tables import load_weights
from cme_register.adapters.tables import TABLES
from cme_register.entrypoints.cli_matching import find_again, fit_matching
from tests.register.integration.county import Register, Standing
from tests.register.invented import NOVEMBER, child, referral

HEADER = "truth,forename,surname,date_of_birth,sex,parents\n"


@dataclass
class Here:
    """What a command has of its process."""

    clock: Standing
    db: object = None


async def fitted(tmp_path: Path, text: str) -> tuple[int, Path]:
    file, to = tmp_path / "described.csv", tmp_path / "fitted.toml"
    file.write_text(text, "utf-8")
    here = Here(Standing(NOVEMBER))
    asked = Namespace(file=file, to=to, source=None, seed=1)
    return await fit_matching(here, asked), to  # type: ignore[arg-type]  # as much of a process as the command looks at


async def test_what_a_file_shows_is_what_the_table_says(tmp_path: Path) -> None:
    """A file in which sex is wrong in half of all descriptions, and the birth date never."""
    lines = [
        f"{n},Isolde{letter},Quillfeather,{2010 + n % 8}-0{1 + n % 9}-1{n % 10},{'F' if again else 'M'},Ash Q | 01632 9607{n:02}\n"
        for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz")
        for again in range(2)
    ]
    code, to = await fitted(tmp_path, HEADER + "".join(lines))
    assert code == 0
    before, after = load_weights(TABLES), load_weights(TABLES, to)
    assert after.fields["sex"]["same"].m < before.fields["sex"]["same"].m
    assert after.fields["birth"]["other"].m >= 0.005  # nothing is impossible for having not been seen
    assert "described.csv, 52 descriptions" in after.source


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("forename,surname\n", "there is no column truth"),
        (HEADER + "1,Isolde,Quillfeather,4 May,F,\n", "line 2: date_of_birth is no date"),
        (HEADER + "1,Isolde,,2016-05-04,F,\n", "line 2: surname is empty"),
        (HEADER + "1,Isolde,Quillfeather,2016-05-04,F,\n2,Rowan,Sallow,2015-05-04,F,\n", "nothing to count"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named_with_its_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    code, to = await fitted(tmp_path, text)
    error = capsys.readouterr().err
    assert (code, to.exists()) == (1, False)
    assert said in error and "Isolde" not in error


async def test_records_without_keys_are_found_again(register: Register) -> None:
    await register.hear(referral(child(upn="W830200126001")))
    await register.db.pool.execute("DELETE FROM match_key")
    assert await find_again(Here(register.clock, register.db), Namespace()) == 0  # type: ignore[arg-type]  # as above
    await register.hear(referral(child(upn="W830200126001")))
    assert await register.db.pool.fetchval("SELECT count(*) FROM child") == 1
