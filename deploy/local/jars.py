"""Brings Apache Kafka's jars, and others that have a lock: the coordinates and hashes are committed, the repository is the machine's own."""

import concurrent.futures
import fcntl
import hashlib
import os
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import Failure

LOCK = Path(__file__).with_name("kafka-jars.lock")


@dataclass(frozen=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where it lies in any Maven repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"


def locked(lock: Path = LOCK) -> list[Jar]:
    lines = (line for line in lock.read_text().splitlines() if line and not line.startswith("#"))
    return [_jar(*line.split(" sha256:")) for line in lines]


def _jar(coordinate: str, digest: str) -> Jar:
    group, artifact, version = coordinate.split(":")
    return Jar(group, artifact, version, digest)


def repository() -> str:
    """The Maven repository to ask: CME_MAVEN_REPOSITORY, else Maven's own mirror setting, else Maven's default as jgo knows it."""
    if told := os.environ.get("CME_MAVEN_REPOSITORY"):
        return told.rstrip("/")
    settings = Path.home() / ".m2" / "settings.xml"
    if settings.is_file():
        for mirror in ET.parse(settings).getroot().iter():
            fields = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in mirror}
            if fields.get("mirrorOf") in {"*", "central", "external:*"} and fields.get("url"):
                return fields["url"].rstrip("/")
    from jgo.constants import MAVEN_CENTRAL_URL  # slow to import, and rarely needed

    return str(MAVEN_CENTRAL_URL)


def bring(folder: Path, say: Callable[[str], None] = print, *, lock: Path = LOCK) -> Path:
    """Have every jar in the folder, each with the hash the lock names. What is there already is not fetched again."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # a test run and a local run may both be first
        wanted = locked(lock)
        missing = [jar for jar in wanted if not _is(folder / jar.file_name, jar)]
        for stray in {path.name for path in folder.glob("*.jar")} - {jar.file_name for jar in wanted}:
            (folder / stray).unlink()  # another version on the class path would be used as likely as ours
        if missing:
            base = repository()
            say(f"{lock.stem.removesuffix('-jars')}: fetching {len(missing)} jars of {len(wanted)}")
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                for future in [pool.submit(_fetch, jar, folder, base) for jar in missing]:
                    future.result()
    return folder


def _fetch(jar: Jar, folder: Path, base: str) -> None:
    cached = Path.home() / ".m2" / "repository" / jar.path  # Maven may have brought it already
    try:
        content = cached.read_bytes() if _is(cached, jar) else _download(f"{base}/{jar.path}")
    except (urllib.error.URLError, OSError) as error:
        message = f"A jar cannot be fetched ({jar.file_name}: {error}): is a Maven repository within reach? CME_MAVEN_REPOSITORY names one."
        raise Failure(message) from error
    if hashlib.sha256(content).hexdigest() != jar.sha256:
        message = f"{jar.file_name} is not the file that the lock names: its hash differs, so it is not used."
        raise Failure(message)
    part = folder / f"{jar.file_name}.part"
    part.write_bytes(content)
    part.rename(folder / jar.file_name)


def _download(url: str) -> bytes:
    last: Exception | None = None
    for _ in range(3):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            last = error
    raise last or OSError(url)


def _is(path: Path, jar: Jar) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256
