"""`make story`: tell one child's story, and fail if it does not come exactly as it must."""

import asyncio
import sys

import httpx2
import yaml
from aiokafka.errors import KafkaError

from deploy.local.folders import CHECKOUT
from tests.story.business_time import taking_part
from tests.story.expected import STEPS, Step
from tests.story.story import Story
from tests.story.system import System, UnexpectedAnswerError
from tests.story.telling import heading, line, name
from tests.story.verdict import Ledger, Pair, faults
from tests.story.watcher import Watcher, watching

PATIENCE = 90.0
"""Seconds of real time in which a step's events must come, a restarted process included."""
NOT_RUNNING = "The system is not running here: start it with `make run`."
QUIET = 2.0
"""Seconds without any event about the child after which the story is over."""


async def tell(system: System) -> list[str]:
    """Tell the story. Returns what was wrong with it."""
    topics = list(yaml.safe_load((CHECKOUT / "deploy" / "topics.yaml").read_text(encoding="utf-8"))["streams"])
    async with watching(system.kafka, topics) as watcher, taking_part(system) as time:
        story, ledger, names = Story(system, time, watcher), Ledger(), dict[str, str]()
        for step in STEPS:
            print(heading(step.said), flush=True)
            await getattr(story, step.name)()
            if wrong := await _follow(step, story, ledger, names):
                return [f"{step.said} {fault}" for fault in wrong]
        await _until_quiet(watcher)
        rest = [one for one in watcher.about(set(story.submissions)) if str(one.meta.id) not in ledger.labels]
        return faults(STEPS[-1].without_events(), [], rest, ledger.labels)


async def _follow(step: Step, story: Story, ledger: Ledger, names: dict[str, str]) -> list[str]:
    """Read along until all that the step must cause has come, or the patience is over."""
    pairs: list[Pair] = []
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        seen = story.watcher.about(set(story.submissions))
        names.update({str(one.meta.id): name(one) for one in seen})
        for expected, one in ledger.recognise(step, seen, {each.label for each, _ in pairs}):
            pairs.append((expected, one))
            print(line(one, names), flush=True)
        left = deadline - asyncio.get_running_loop().time()
        if len(pairs) == len(step.events) or left <= 0:
            unexplained = [one for one in seen if str(one.meta.id) not in ledger.labels]
            return faults(step, pairs, unexplained, ledger.labels)
        await story.watcher.next(min(left, 1.0))


async def _until_quiet(watcher: Watcher) -> None:
    while await watcher.next(QUIET):
        pass


async def main() -> int:
    try:
        system = System.local()
    except FileNotFoundError:
        print(NOT_RUNNING, file=sys.stderr)
        return 2
    try:
        wrong = await tell(system)
    except (httpx2.TransportError, TimeoutError, KafkaError):
        print(NOT_RUNNING, file=sys.stderr)
        return 2
    except (UnexpectedAnswerError, LookupError) as error:
        wrong = [str(error)]
    finally:
        await system.close()
    for fault in wrong:
        print(fault, file=sys.stderr)
    print(
        "\nNot the story that was expected."
        if wrong
        else "\nThe story came exactly as it must: every event, its cause, its order."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
