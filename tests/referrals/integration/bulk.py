"""A sender of batches, and the rows they send as NDJSON or as a table."""

import csv
import io
import json
from typing import Any

from tests.referrals.integration.visitor import Visitor
from tests.referrals.invented import CANARY, deletion

NDJSON, CSV = "application/x-ndjson", "text/csv"
CHILD = {"forename": "Juniper", "date_of_birth": "2015-03-09", "addresses": [{"postcode": "ZZ99 9ZZ"}]}


def child(number: int) -> dict[str, Any]:
    return {"child": CHILD | {"surname": f"{CANARY} {number}"}}


def deletions(count: int) -> list[dict[str, Any]]:
    return [{"kind": "deletion_return"} | deletion(**child(number)) for number in range(count)]


def lines(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    out = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, list(names), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def csv_row(surname: str, **more: str) -> dict[str, str]:
    return {
        "kind": "deletion_return", "child.surname": surname, "child.date_of_birth": "09/03/2015",
        "child.addresses.1.postcode": "ZZ99 9ZZ", "ground": "g", "deleted_on": "2026-11-20",
    } | {name.replace("__", "."): value for name, value in more.items()}  # fmt: skip


class Bulk:
    """A sender of batches."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    async def post(self, body: Any, type_: str = NDJSON, who: dict[str, str] | None = None, **headers: str) -> Any:
        told = (self.visitor.school() if who is None else who) | {"Content-Type": type_}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.visitor.client.post("/v1/batches", content=body, headers=told)

    async def sent(self, body: Any, type_: str = NDJSON, who: dict[str, str] | None = None, **headers: str) -> Any:
        """Counts of a batch that was read to its end, and its id."""
        answer = await self.post(body, type_, who, **headers)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        assert answer.headers["location"] == told["results"] == f"/v1/batches/{told['batch_id']}"
        return told

    async def refused(self, told: dict[str, Any]) -> str:
        answer = await self.visitor.get(told["results"] + "/refused", self.visitor.school())
        assert answer.status_code == 200
        return answer.text

    async def accepted(self, told: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.visitor.get(told["results"] + "/accepted", self.visitor.school())
        return [json.loads(line) for line in answer.text.splitlines()]


def counts(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["accepted"], told["repeated"], told["refused"]
