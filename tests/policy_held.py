"""A pytest plugin: a test that shows a clause of the policy to hold must run, and pass. A skip of it is a failure.

docs/policy.md promises that what a clause names as its test has passed whenever `make test` has. An ordinary skip, or
an expected failure, would leave the run green and the promise empty.
"""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    clauses = [mark.args[0] for mark in item.iter_markers("policy")]
    if clauses and (report.skipped or hasattr(report, "wasxfail")):
        vars(report).pop("wasxfail", None)
        report.outcome = "failed"
        report.longrepr = (
            f"shows policy {', '.join(clauses)} to hold, so it may be neither skipped nor expected to fail"
        )
    return report
