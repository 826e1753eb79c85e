"""SIGKILL of every process in turn while a story is told: nothing is lost, doubled or told twice."""

import pytest

from tests.e2e.local_run import LocalRun, local_run
from tests.story.expected import STEPS

HEADINGS = [step.said for step in STEPS]


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_the_story_comes_exactly_though_each_process_is_killed_in_turn() -> None:
    with local_run() as system:
        killed: list[str] = []
        waiting = system.units()
        assert {"kafka", "postgres", "authority", "register-worker", "safeguarding", "notifications-worker"} <= set(
            waiting
        )
        while waiting:
            victims, waiting = waiting[: len(HEADINGS) - 1], waiting[len(HEADINGS) - 1 :]
            tell_and_kill(system, victims)
            killed += victims
        assert killed == system.units()
        for unit in killed:
            assert any(f"{unit} ended" in line for line in system.printed.lines), unit


def tell_and_kill(system: LocalRun, victims: list[str]) -> None:
    """Tell one story; as each step begins, kill the next victim."""
    story = system.begin("tests.story")
    printed: list[str] = []
    left = list(victims)
    for line in story.stdout or ():
        printed.append(line)
        if line.strip() in HEADINGS and left:
            system.kill(left.pop(0))
    assert story.wait() == 0, "".join(printed) + "\n".join(system.printed.lines)
    assert not left
