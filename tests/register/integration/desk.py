"""An officer at their desk: the register over HTTP, with their token."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx2


@dataclass
class Desk:
    client: httpx2.AsyncClient
    token: str
    manager: str
    """The token of a team manager, who alone waives some checks."""

    async def get(self, path: str, **query: str | int) -> httpx2.Response:
        return await self.client.get(path, params=query or None, headers={"Authorization": f"Bearer {self.token}"})

    async def read(self, path: str, **query: str | int) -> Any:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, path: str, body: object, *, key: str | None = None, seen: str | None = None
    ) -> httpx2.Response:
        """`seen`: the ETag of what they have before them."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(uuid4())}
        headers |= {"If-Match": seen} if seen else {}
        return await self.client.post(path, json=body, headers=headers)

    async def do(self, path: str, **body: str) -> None:
        answer = await self.post(path, body)
        assert answer.status_code == 200, answer.text

    async def close(self, path: str, outcome: str, proof: str, **more: str) -> Any:
        """Consider what must be, then close the case at `path`, or propose it."""
        await self.do(f"{path}/considerations", of="safeguarding", reason="known to nobody there")
        return await self.end(path, outcome, proof, **more)

    async def end(self, path: str, outcome: str, proof: str, **more: str) -> Any:
        """Close the case at `path`, or propose it; the checks that a refusal names are waived first."""
        body = {"outcome": outcome, "proof": proof, **more}
        answer = await self.post(f"{path}/closure", body)
        if answer.status_code == 409:
            await self.waive(
                path, *(code for one in answer.json()["errors"] for code in one.get("checks", "").split(","))
            )
            answer = await self.post(f"{path}/closure", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def waive(self, path: str, *checks: str) -> None:
        """A team manager decides that these checks are not made; none named: that none is that the case still needs."""
        named = checks or (await self.read(f"{path}/closure"))["checks_to_settle"]
        if needed := [code for code in named if code]:
            body = {"checks": needed, "reason": "found_otherwise"}
            answer = await replace(self, token=self.manager).post(f"{path}/waived-checks", body)
            assert answer.status_code == 200, answer.text

    async def lacks(self, path: str, outcome: str, proof: str, **more: str) -> list[str]:
        """Everything that a closure is refused for."""
        answer = await self.post(f"{path}/closure", {"outcome": outcome, "proof": proof, **more})
        assert (answer.status_code, answer.json()["code"]) == (409, "closure-not-ready"), answer.text
        return [one["code"] for one in answer.json()["errors"]]

    async def refused(self, path: str, **body: str | bool) -> tuple[int, str]:
        answer = await self.post(path, body)
        return answer.status_code, answer.json()["code"]
