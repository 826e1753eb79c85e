"""Samples are for ever: every sample of every event a service hears is handled by that service's real handler."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from cme_bus.migrate import migrate
from cme_contracts.catalogue import CATALOG
from tests.wiring.services import ROOT, SERVICES, context, definition

REFUSED_BY_RULE = {
    "register": {"Unprocessable: not-on-register"},
    "referrals": {"Unprocessable: the key it was sealed with is no sender's"},
}
"""The register gives cases their ids, so no sample can name one of its own, and the samples' key is given to no sender:
a rule, not a reader, refuses."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_sample_is_handled_by_whoever_hears_it(
    service: str, new_database: Callable[..., Awaitable[str]]
) -> None:
    dsn = await new_database()
    for component, folder in definition(service).folders():
        await migrate(dsn, component=component, folder=folder)
    async with context(service, database=dsn) as made:
        consumer = definition(service).consumer(made)
        assert consumer is not None
        heard = [
            file for name in consumer.hears for file in sorted((ROOT / "contracts" / "samples" / name).glob("*.json"))
        ]
        assert len(heard) == 2 * len(consumer.hears)
        for offset, file in enumerate(heard):
            await consumer.take([record(file, offset)])
            parked = await made.pool.fetch("DELETE FROM parked RETURNING error")
            assert {row["error"] for row in parked} <= REFUSED_BY_RULE.get(service, set()), file.parent.name


def record(file: Path, offset: int) -> ConsumerRecord[bytes, bytes]:
    """The sample as it would lie in its topic."""
    sample: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    value = json.dumps(sample["value"]).encode()
    return ConsumerRecord(
        topic=CATALOG[file.parent.name].stream,
        partition=0,
        offset=offset,
        timestamp=1,
        timestamp_type=0,
        key=sample["key"].encode(),
        value=value,
        checksum=None,
        serialized_key_size=len(sample["key"]),
        serialized_value_size=len(value),
        headers=[(name, text.encode()) for name, text in sample["headers"].items()],
    )
