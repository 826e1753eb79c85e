"""What is installed is what was chosen: pinned, hashed, and fetched from wherever this machine fetches things."""

import re
import subprocess
from pathlib import Path

import pytest

from deploy.local import jars, lock_check
from deploy.local.environment import INSTALLER, LOCK
from deploy.local.failure import Failure
from deploy.local.folders import CHECKOUT


def test_the_locks_are_whole() -> None:
    assert lock_check.faults() == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("--index-url https://somewhere.example/simple\n", "names where packages come from"),
        ("left-pad==1.0\n", "left-pad==1.0 has no hash"),
    ],
)
def test_a_lock_that_is_not_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    for path in (LOCK, INSTALLER, *[Path(folder, "pyproject.toml") for folder in ("", *lock_check.members())]):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((CHECKOUT / path).read_text())
    with (tmp_path / LOCK).open("a") as lock:
        lock.write(text)
    assert any(fault in found for found in lock_check.faults(tmp_path))


def test_no_file_of_ours_names_a_registry() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    ).stdout
    hosts = re.compile(
        r"(?i)\b(?:"
        + "|".join(["pypi", "pythonhosted", "maven" + r"\.apache", "repo1" + r"\.maven"])
        + r")\.(?:org|com)\b"
    )
    for name in filter(None, tracked.split("\0")):
        path = CHECKOUT / name
        if path.is_file() and path != Path(__file__):
            assert not hosts.search(path.read_bytes().decode("utf-8", "replace")), name


def test_the_repository_is_the_one_the_machine_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CME_MAVEN_REPOSITORY", raising=False)
    assert jars.repository().startswith("https://")  # Maven's own default
    (tmp_path / ".m2").mkdir()
    (tmp_path / ".m2" / "settings.xml").write_text(
        '<settings xmlns="urn:any"><mirrors><mirror><mirrorOf>*</mirrorOf><url>http://mirror.example/m2</url></mirror></mirrors></settings>'
    )
    assert jars.repository() == "http://mirror.example/m2"
    monkeypatch.setenv("CME_MAVEN_REPOSITORY", "http://named.example/m2/")
    assert jars.repository() == "http://named.example/m2"


def test_a_jar_with_another_hash_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CME_MAVEN_REPOSITORY", (tmp_path / "repository").as_uri())
    for jar in jars.locked():
        path = tmp_path / "repository" / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(b"not what was locked")
    with pytest.raises(Failure, match="its hash differs"):
        jars.bring(tmp_path / "jars", say=lambda _: None)
    assert not list((tmp_path / "jars").glob("*.jar"))


def test_no_registry_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CME_MAVEN_REPOSITORY", (tmp_path / "nowhere").as_uri())
    with pytest.raises(Failure, match="CME_MAVEN_REPOSITORY names one"):
        jars.bring(tmp_path / "jars", say=lambda _: None)
