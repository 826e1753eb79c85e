"""What intake hears is what the contracts say it hears."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cme_contracts.base import Event
from cme_referrals.entrypoints import by_topic
from cme_referrals.entrypoints.events import listen

HEARERS = Path(__file__).parents[3] / "contracts" / "hearers.toml"


class Ears:
    """Notes what is asked for."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def on(self, event: type[Event]) -> Callable[[Any], Any]:
        self.heard.append(event.type)
        return lambda handler: handler

    on_many = on


def test_it_hears_what_the_list_of_hearers_says() -> None:
    ears: Any = Ears()
    nobodys: Any = None  # what is done with a form shows elsewhere
    listen(ears)
    by_topic.listen(ears, nobodys)
    assert sorted(ears.heard) == sorted(tomllib.loads(HEARERS.read_text("utf-8"))["referrals"])
