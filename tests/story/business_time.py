"""A story's hold on business time: it passes only when every story that runs is waiting for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from tests.story.system import System, UnexpectedAnswerError

NOT_FOUND = 404


@dataclass(slots=True)
class Participant:
    """Takes part in business time, and takes part again when the keeper of time was restarted and has forgotten us."""

    system: System
    times: str
    address: str = ""

    async def join(self) -> None:
        answer = await self.system.patiently("POST", self.times, {})
        self.address = f"{self.times}/{answer.json()['id']}"

    async def wait_until(self, instant: datetime) -> None:
        """Return when business time has reached the instant."""
        while True:
            answer = await self.system.patiently("POST", f"{self.address}/wait", {}, {"until": instant.isoformat()})
            if answer.status_code == NOT_FOUND:
                await self.join()
            elif not answer.is_success:
                message = f"business time would not move: {answer.status_code} {answer.text[:200]}"
                raise UnexpectedAnswerError(message)
            elif answer.json()["reached"]:
                return


@asynccontextmanager
async def taking_part(system: System) -> AsyncIterator[Participant]:
    """While inside, business time waits for this story."""
    participant = Participant(system, f"{system.urls['authority']}/time/participants")
    await participant.join()
    try:
        yield participant
    finally:
        await system.http.delete(participant.address)
