"""What has been released stays as it was, and a break cannot be hidden by regenerating."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from cme_contracts import base
from cme_contracts.base import Event, Service
from cme_contracts.catalogue import CATALOG
from cme_contracts.documents import documents
from cme_contracts.people import Child
from cme_contracts.release import LOCK, faults, release
from cme_contracts.sealed import Sealed

CONTRACTS = Path(__file__).parents[2] / "contracts"
NAME = "cme.deadline.breached.v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("src"))
    return copy


def test_everything_committed_is_what_the_models_say() -> None:
    assert faults(CONTRACTS) == []


def test_a_stale_schema_is_named(folder: Path) -> None:
    (folder / "schemas" / f"{NAME}.json").write_text("{}", encoding="utf-8")
    assert [fault for fault in faults(folder) if f"schemas/{NAME}.json is not what the models say" in fault]


def test_a_schema_of_no_event_is_named(folder: Path) -> None:
    (folder / "schemas" / "cme.nobody.says.v1.json").write_text("{}", encoding="utf-8")
    assert faults(folder) == ["schemas/cme.nobody.says.v1.json belongs to no event"]


def test_regenerating_does_not_hide_a_break(folder: Path) -> None:
    """As if a field had been renamed in the model and every document generated anew."""
    released = folder / "released" / f"{NAME}.json"
    schema = json.loads(released.read_text(encoding="utf-8"))
    schema["properties"]["seen_at"] = schema["properties"].pop("detected_at")
    schema["required"] = ["seen_at" if name == "detected_at" else name for name in schema["required"]]
    rewrite_as_if_released(folder, NAME, json.dumps(schema))
    for path, text in documents(folder).items():
        (folder / path).write_text(text, encoding="utf-8")

    found = faults(folder)
    assert f"{NAME}: event.seen_at was removed. Make a v2 instead" in found
    assert any("event.detected_at is now required" in fault for fault in found)
    assert release(folder) != []


def test_a_released_schema_is_never_edited(folder: Path) -> None:
    released = folder / "released" / f"{NAME}.json"
    released.write_text(released.read_text(encoding="utf-8").replace("detected_at", "seen_at"), encoding="utf-8")
    assert any("the released schema is not the one the lock names" in fault for fault in faults(folder))


@pytest.mark.parametrize("sample", ["minimal", "full"])
def test_a_sample_is_for_ever(folder: Path, sample: str) -> None:
    file = folder / "samples" / NAME / f"{sample}.json"
    file.unlink()
    assert any(f"the sample {sample} was changed or removed" in fault for fault in faults(folder))


@pytest.mark.parametrize("sample", ["minimal", "full"])
def test_releasing_does_not_hide_a_sample_that_was_changed(folder: Path, sample: str) -> None:
    file, lock = folder / "samples" / NAME / f"{sample}.json", (folder / LOCK).read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert any(f"the sample {sample} was changed" in sentence for sentence in release(folder))
    assert (folder / LOCK).read_text(encoding="utf-8") == lock


def test_releasing_does_not_hide_a_break_in_a_released_schema_that_was_edited(folder: Path) -> None:
    """As if a field had gone from the model, and from the released schema by hand."""
    released = folder / "released" / f"{NAME}.json"
    schema = json.loads(released.read_text(encoding="utf-8"))
    rewrite_as_if_released(folder, NAME, json.dumps(schema | {"description": "with a field that is gone"}))
    released.write_text(json.dumps(schema), encoding="utf-8")
    assert any("is not the one the lock names" in sentence for sentence in release(folder))


def test_releasing_does_not_forget_an_event_that_is_gone(folder: Path) -> None:
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    (folder / LOCK).write_text(json.dumps(lock | {"cme.gone.away.v1": lock[NAME]}), encoding="utf-8")
    assert any("cme.gone.away.v1 was released and is gone" in sentence for sentence in release(folder))


def test_an_event_nobody_released_is_named(folder: Path) -> None:
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    del lock[NAME]
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    assert [fault for fault in faults(folder) if fault.startswith(f"{NAME} is in no release")]


def test_a_released_event_may_not_vanish(folder: Path) -> None:
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    lock["cme.gone.away.v1"] = lock[NAME]
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    assert any("cme.gone.away.v1 was released and is gone" in fault for fault in faults(folder))


def test_the_four_events_the_project_is_named_for_exist() -> None:
    assert {
        "cme.pupil.deleted.v1",
        "cme.referral.raised.v1",
        "cme.deadline.breached.v1",
        "cme.social-care.escalated.v1",
    } <= CATALOG.keys()


def rewrite_as_if_released(folder: Path, name: str, schema: str) -> None:
    (folder / "released" / f"{name}.json").write_text(schema, encoding="utf-8")
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    lock[name]["schema"] = "sha256:" + hashlib.sha256(schema.encode()).hexdigest()
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


def test_an_event_that_does_not_explain_itself_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "CATALOG", {})  # where a class enters itself

    class Unexplained(Event):
        type: ClassVar[str] = "cme.test.unexplained.v1"
        stream: ClassVar[str] = "cme.test"
        owner: ClassVar[Service] = "register"
        source_clause: ClassVar[str] = ""

        known: str = Field(description="What it says.")
        unknown: str
        personal: Sealed[Child]

    monkeypatch.setitem(CATALOG, Unexplained.type, Unexplained)
    found = [fault for fault in faults(folder) if fault.startswith(f"{Unexplained.type}:")]
    assert found == [
        "cme.test.unexplained.v1: say what it means and which clause it follows from",
        "cme.test.unexplained.v1: personal data needs readers and a lawful basis, and nothing else does",
        "cme.test.unexplained.v1: the field unknown does not say what it means",
    ]
