"""The whole way, with real processes: a child's case from the school's return to the outcome told."""

import pytest

from tests.e2e.local_run import LocalRun


@pytest.mark.timeout(360)
@pytest.mark.policy("7.1")
@pytest.mark.policy("7.2")
@pytest.mark.policy("7.3")
@pytest.mark.policy("7.5")
def test_two_children_at_once_each_with_the_exact_story(run: LocalRun) -> None:
    stories = [run.begin("tests.story") for _ in range(2)]
    told = [story.communicate(timeout=240)[0] for story in stories]
    for story, text in zip(stories, told, strict=True):
        assert story.returncode == 0, text
        assert "The story came exactly as it must" in text
