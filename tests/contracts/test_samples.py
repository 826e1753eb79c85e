"""Every sample is a record any reader can take: ours, the official CloudEvents library, and a JSON Schema validator."""

import json
from pathlib import Path
from typing import Any

import jsoncompat
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from cme_bus.errors import Unprocessable
from cme_bus.meta import Meta
from cme_bus.sealing import VersionedKeyring, kid_of, open_box
from cme_contracts.catalogue import CATALOG
from cme_contracts.documents import HEADERS
from cme_contracts.sealed import NotSealedError, StillSealedError

CONTRACTS = Path(__file__).parents[2] / "contracts"
KEYRING = VersionedKeyring.from_text("sample:c2FtcGxlIGtleSwgcHVibGlzaGVkOiBvbmx5IHNhbXA=")
SAMPLES = sorted((CONTRACTS / "samples").glob("*/*.json"))


def sample(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def label(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


@pytest.mark.parametrize("file", SAMPLES, ids=label)
async def test_a_reader_reads_it(file: Path) -> None:
    record = sample(file)
    meta = Meta.parse([(name, value.encode()) for name, value in record["headers"].items()])
    event = CATALOG[meta.type].model_validate_json(json.dumps(record["value"]))
    assert meta.type == file.parent.name
    assert meta.subject == record["key"] == event.key
    if kid := kid_of(event):
        with pytest.raises(StillSealedError):
            _ = event.box.plain if event.box else None
        open_box(event, meta.id, await KEYRING.for_opening({kid}))
        assert event.box is not None
        assert type(event.box.plain).model_validate(record["opened"]) == event.box.plain
        with pytest.raises(Exception, match=NotSealedError.__name__):
            event.model_dump_json()
    else:
        assert "opened" not in record


@pytest.mark.parametrize("file", SAMPLES, ids=label)
def test_its_schema_accepts_it(file: Path) -> None:
    schema = (CONTRACTS / "schemas" / f"{file.parent.name}.json").read_text(encoding="utf-8")
    assert jsoncompat.validator_for(schema).is_valid_json(json.dumps(sample(file)["value"]))


@pytest.mark.parametrize("file", SAMPLES, ids=label)
def test_the_official_library_reads_its_headers(file: Path) -> None:
    record = sample(file)
    headers = {name: value.encode() for name, value in record["headers"].items() if name != "correlation_id"}
    message = KafkaMessage(headers=headers, key=None, value=json.dumps(record["value"]).encode())
    event = from_binary(message, JSONFormat(), CloudEvent)
    assert (event.get_type(), event.get_subject()) == (file.parent.name, record["key"])


@pytest.mark.parametrize("file", SAMPLES, ids=label)
def test_its_headers_are_the_documented_ones(file: Path) -> None:
    assert sample(file)["headers"].keys() <= HEADERS.keys()


def test_every_event_has_both() -> None:
    assert {label(file) for file in SAMPLES} == {f"{name}-{which}" for name in CATALOG for which in ("minimal", "full")}


async def test_a_box_moved_to_another_event_does_not_open() -> None:
    record = sample(CONTRACTS / "samples" / "cme.pupil.deleted.v1" / "full.json")
    other = sample(CONTRACTS / "samples" / "cme.pupil.added.v1" / "full.json")
    event = CATALOG["cme.pupil.deleted.v1"].model_validate_json(json.dumps(record["value"]))
    meta = Meta.parse([(name, value.encode()) for name, value in other["headers"].items()])
    with pytest.raises(Unprocessable):
        open_box(event, meta.id, await KEYRING.for_opening({"sample"}))
