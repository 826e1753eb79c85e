"""Kafka's data folder is made whatever the cluster is called."""

import uuid
from pathlib import Path

import pytest

from deploy.local.folders import STATE
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port


def test_a_cluster_id_may_begin_with_a_hyphen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(bytes=b"\xf8" * 16))
    kafka = Kafka(
        tmp_path / "kafka", STATE / "jars", port=free_port(), controller_port=free_port(), log=tmp_path / "log"
    )
    kafka.prepare()
    [line] = [
        line
        for line in (tmp_path / "kafka" / "data" / "meta.properties").read_text().splitlines()
        if line.startswith("cluster.id")
    ]
    assert line.startswith("cluster.id=-")
