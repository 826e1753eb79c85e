"""One whole system for the end-to-end tests that leave it running."""

from collections.abc import Iterator

import pytest

from tests.e2e.local_run import LocalRun, local_run


@pytest.fixture(scope="session")
def run() -> Iterator[LocalRun]:
    """A system of the session's own, started when the first test asks for it."""
    with local_run() as system:
        yield system
