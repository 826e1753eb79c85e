"""What the contracts say about who says and hears what is what the services do, and what the deployment allows."""

import tomllib

import pytest

from cme_contracts.catalogue import CATALOG
from deploy import topics
from tests.wiring.services import ROOT, SERVICES, context, definition


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_hears_what_the_catalogue_says(service: str) -> None:
    said = tomllib.loads((ROOT / "contracts" / "hearers.toml").read_text(encoding="utf-8"))[service]
    async with context(service) as made:
        consumer = definition(service).consumer(made)
        assert consumer is not None
        assert consumer.hears == sorted(said)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_its_own_streams_and_no_other(service: str) -> None:
    owned = {event.stream for event in CATALOG.values() if event.owner == service}
    assert set(definition(service).streams) == owned


def test_every_stream_has_one_owner_and_a_topic() -> None:
    owners = {
        event.stream: {other.owner for other in CATALOG.values() if other.stream == event.stream}
        for event in CATALOG.values()
    }
    assert all(len(found) == 1 for found in owners.values())
    assert topics.read().owners == {stream: next(iter(found)) for stream, found in owners.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_a_reader_of_personal_data_hears_the_event(service: str) -> None:
    said = tomllib.loads((ROOT / "contracts" / "hearers.toml").read_text(encoding="utf-8"))[service]
    assert {name for name, event in CATALOG.items() if service in event.readers} <= set(said)
