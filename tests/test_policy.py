"""The page of the policy and the tests cannot drift apart."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.policy import BadMarkError, built, clauses, faults, marks

PAGE = """
before
<!-- clauses -->
| Clause | Sense | Shown by |
| --- | --- | --- |
| **7** | **From referral to outcome** | |
| 7.1 | Every case is referred. | not built: later |
| 7.2 | Ten working days. | |
<!-- end of clauses -->
"""
MARKED = 'import pytest\n\n\n@pytest.mark.policy("{}")\nasync def test_it():\n    assert True\n'


@pytest.fixture
def root(tmp_path):
    (tmp_path / "tests/kit").mkdir(parents=True)
    (tmp_path / "tests/kit/test_days.py").write_text(MARKED.format("7.2"))
    return tmp_path


def test_clauses_are_read_by_their_numbers():
    assert clauses(PAGE) == {"7.1": "not built: later", "7.2": ""}


def test_building_names_the_files_whose_tests_are_marked_and_keeps_what_is_not_built(root):
    page = built(PAGE, root)
    assert "| 7.2 | Ten working days. | [kit/test_days](../tests/kit/test_days.py) |" in page
    assert "| 7.1 | Every case is referred. | not built: later |" in page
    assert faults(page, root) == []
    assert built(page, root) == page


def test_a_clause_with_neither_test_nor_words_is_a_fault(root):
    page = built(PAGE, root)
    (root / "tests/kit/test_days.py").unlink()
    assert faults(page, root) == ['clause 7.2 has neither a marked test nor the words "not built"']


def test_a_clause_that_says_not_built_and_is_tested_is_a_fault_that_building_mends(root):
    page = built(PAGE, root)
    (root / "tests/test_more.py").write_text(MARKED.format("7.1"))
    assert faults(page, root) == ['clause 7.1 says "not built", but 1 file(s) test it']
    assert faults(built(page, root), root) == []


def test_a_mark_that_names_no_clause_is_a_fault_with_its_place(root):
    (root / "tests/test_more.py").write_text(MARKED.format("7.9"))
    assert "tests/test_more.py:4: the policy has no clause 7.9" in faults(built(PAGE, root), root)


def test_a_column_that_is_out_of_date_is_a_fault(root):
    page = built(PAGE, root)
    (root / "tests/test_more.py").write_text(MARKED.format("7.2"))
    assert faults(page, root) == ["the column of tests is out of date"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("test_a.py", MARKED.replace("test_it", "helper")),
        ("support.py", MARKED),
        ("test_a.py", MARKED.replace('"{}"', "CLAUSE")),
        ("test_a.py", MARKED.replace('"{}"', '"7.1", "7.2"')),
    ],
    ids=["a function that is no test", "a file that is not collected", "a name", "two at once"],
)
def test_a_mark_that_shows_nothing_is_refused(root, name, text):
    (root / "tests" / name).write_text(text.format("7.2") if "{}" in text else text)
    with pytest.raises(BadMarkError):
        list(marks(root))


def test_marks_on_classes_modules_and_parameters_count(root):
    (root / "tests/test_more.py").write_text(
        "import pytest\n"
        'pytestmark = pytest.mark.policy("1.1")\n'
        '@pytest.mark.policy("1.2")\n'
        "class TestIt:\n"
        '    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.policy("1.3"))])\n'
        "    def test_it(self, n): ...\n"
    )
    assert {mark.clause for mark in marks(root)} == {"1.1", "1.2", "1.3", "7.2"}


def test_a_page_that_lost_its_table_is_not_a_page_without_faults(root):
    with pytest.raises(ValueError, match="no table"):
        faults("", root)


SUITE = """
import pytest
policy = pytest.mark.policy("7.2")

@policy
def test_passes(): ...

@policy
def test_fails(): assert False

@policy
def test_skips_itself(): pytest.skip("no server")

@policy
@pytest.mark.skip
def test_is_skipped(): ...

@policy
def test_is_expected_to_fail(): pytest.xfail("one day")

@policy
@pytest.mark.xfail
def test_passes_against_expectation(): ...

def test_shows_no_clause(): pytest.skip("fine")
"""


def test_a_marked_test_must_run_and_pass(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = policy(clause): a clause\n")
    (tmp_path / "test_it.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "tests.policy_held"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    outcomes = {
        match[2]: match[1] for match in re.finditer(r"^([A-Z]+) test_it\.py::test_(\w+)", run.stdout, re.MULTILINE)
    }
    assert outcomes == {
        "passes": "PASSED",
        "fails": "FAILED",
        "skips_itself": "FAILED",
        "is_skipped": "ERROR",
        "is_expected_to_fail": "FAILED",
        "passes_against_expectation": "FAILED",
    }
    assert "1 skipped" in run.stdout
