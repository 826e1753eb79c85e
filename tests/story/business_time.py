"""A story's hold on business time: it passes only when every story that runs is waiting for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from tests.story.system import System, UnexpectedAnswerError


@dataclass(frozen=True, slots=True)
class Participant:
    system: System
    address: str

    async def wait_until(self, instant: datetime) -> None:
        """Return when business time has reached the instant."""
        while True:
            answer = await self.system.http.post(
                f"{self.address}/wait", json={"until": instant.isoformat()}
            )
            if not answer.is_success:
                message = f"business time would not move: {answer.status_code} {answer.text[:200]}"
                raise UnexpectedAnswerError(message)
            if answer.json()["reached"]:
                return


@asynccontextmanager
async def taking_part(system: System) -> AsyncIterator[Participant]:
    """While inside, business time waits for this story."""
    times = f"{system.urls['authority']}/time/participants"
    joined = (await system.http.post(times)).json()
    participant = Participant(system, f"{times}/{joined['id']}")
    try:
        yield participant
    finally:
        await system.http.delete(participant.address)
