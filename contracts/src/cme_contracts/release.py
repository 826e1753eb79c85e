"""What has been released, and whether it still holds.

`released.lock` lists every released type with the hash of its schema and of each sample; `released/` keeps
the schemas themselves. Neither is generated: regenerating `schemas/` cannot hide a break, and no history
is needed to see one.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cme_contracts.base import Event
from cme_contracts.catalogue import CATALOG
from cme_contracts.compatibility import breaks
from cme_contracts.documents import documents, schema

LOCK = "released.lock"
SAMPLES = ("minimal", "full")


def faults(folder: Path) -> list[str]:
    """Everything that is not as it must be, as sentences; empty when all holds."""
    return [*_stale(folder), *_marks(), *_released(folder), *_unreleased(folder)]


def release(folder: Path) -> list[str]:
    """Write new types, and compatible changes of released ones, into the lock. Returns why it refused.

    It refuses whatever `faults` would find of what was released: the lock must not be written anew over a sample or
    a schema that somebody has changed.
    """
    problems = [*_stale(folder), *_marks(), *_released(folder)]
    for name in CATALOG:
        problems += [f"{name}: sample {each} is missing" for each in _missing_samples(folder, name)]
    if problems:
        return problems
    (folder / "released").mkdir(exist_ok=True)
    lock: dict[str, Any] = {}
    for name, event in sorted(CATALOG.items()):
        text = _canonical(schema(event))
        (folder / "released" / f"{name}.json").write_text(text, encoding="utf-8")
        samples = {each: _hash(_sample(folder, name, each).read_bytes()) for each in SAMPLES}
        lock[name] = {"schema": _hash(text.encode()), "samples": samples}
    (folder / LOCK).write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
    return []


def _stale(folder: Path) -> Iterator[str]:
    wanted = documents(folder)
    for path, text in wanted.items():
        file = folder / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            yield f"{path} is not what the models say: run `make contracts` and read the difference"
    for file in sorted((folder / "schemas").glob("*.json")):
        if f"schemas/{file.name}" not in wanted:
            yield f"schemas/{file.name} belongs to no event"


def _marks() -> Iterator[str]:
    """Every field says what it means; every event with personal data says who may open it, and why."""
    for name, event in CATALOG.items():
        if not (event.__doc__ and event.source_clause):
            yield f"{name}: say what it means and which clause it follows from"
        if ("personal" in event.model_fields) != bool(event.readers and event.lawful_basis):
            yield f"{name}: personal data needs readers and a lawful basis, and nothing else does"
        yield from (f"{name}: the field {field} does not say what it means" for field in _unexplained(schema(event)))


def _unexplained(body: dict[str, Any]) -> Iterator[str]:
    definitions = body.get("$defs", {})
    for field, spec in body["properties"].items():
        target = definitions.get(str(spec.get("$ref", "")).removeprefix("#/$defs/"), {})
        inner = any("description" in branch or "$ref" in branch for branch in spec.get("anyOf", []))
        explained = "description" in spec or "description" in target or inner
        if not explained:
            yield field


def _released(folder: Path) -> Iterator[str]:
    lock = _lock(folder)
    for name, entry in sorted(lock.items()):
        file = folder / "released" / f"{name}.json"
        if not file.exists() or _hash(file.read_bytes()) != entry["schema"]:
            yield f"{name}: the released schema is not the one the lock names; it is never edited"
        for each, digest in entry["samples"].items():
            sample = _sample(folder, name, each)
            if not sample.exists() or _hash(sample.read_bytes()) != digest:
                yield f"{name}: the sample {each} was changed or removed; samples are for ever"
        if name not in CATALOG:
            yield f"{name} was released and is gone: keep it until nobody hears it, then retire it in the lock"
    yield from _broken(folder)


def _broken(folder: Path) -> Iterator[str]:
    for name in sorted(_lock(folder).keys() & CATALOG.keys()):
        file = folder / "released" / f"{name}.json"
        if file.exists():
            for sentence in breaks(
                json.loads(file.read_text(encoding="utf-8")), json.loads(_canonical(schema(CATALOG[name])))
            ):
                yield f"{name}: {sentence}. Make a v{_next_major(CATALOG[name])} instead"


def _unreleased(folder: Path) -> Iterator[str]:
    lock = _lock(folder)
    for name in sorted(CATALOG.keys() - lock.keys()):
        yield f"{name} is in no release: write its samples, then `python -m cme_contracts release`"


def _missing_samples(folder: Path, name: str) -> list[str]:
    return [each for each in SAMPLES if not _sample(folder, name, each).exists()]


def _sample(folder: Path, name: str, which: str) -> Path:
    return folder / "samples" / name / f"{which}.json"


def _lock(folder: Path) -> dict[str, Any]:
    file = folder / LOCK
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return loaded


def _next_major(event: type[Event]) -> int:
    return int(event.type.rpartition(".v")[2]) + 1


def _canonical(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _hash(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
