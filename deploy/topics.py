"""Creates the streams that `topics.yaml` lists: `python -m deploy.topics SERVERS [--replication 3]`. What exists is left alone."""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

TOPICS = Path(__file__).with_name("topics.yaml")
DAY = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class Streams:
    owners: dict[str, str]
    partitions: int
    retention_days: int


def read(path: Path = TOPICS) -> Streams:
    text = yaml.safe_load(path.read_text())
    owners = {name: stream["owner"] for name, stream in text["streams"].items()}
    return Streams(owners, text["partitions"], text["retention_days"])


async def create(servers: str, *, replication: int = 1) -> list[str]:
    """Create what is missing, and say what that was."""
    streams = read()
    config = {"retention.ms": str(streams.retention_days * DAY), "min.insync.replicas": str(max(1, replication - 1))}
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        missing = sorted(streams.owners.keys() - set(await admin.list_topics()))
        if missing:
            wanted = [NewTopic(name, streams.partitions, replication, topic_configs=config) for name in missing]
            answer = await admin.create_topics(wanted)
            for topic, code, *_ in answer.topic_errors:
                if code and code != TopicAlreadyExistsError.errno:
                    raise for_code(code)(topic)
        return missing
    finally:
        await admin.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers")
    parser.add_argument("--replication", type=int, default=3)
    asked = parser.parse_args()
    print(
        "created:",
        ", ".join(asyncio.run(create(asked.servers, replication=asked.replication))) or "nothing, all were there",
    )
