"""The same two servers as containers, for who has an engine: CME_TEST_BACKEND=containers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local.ports import free_port

KAFKA_IMAGE = os.environ.get("CME_TEST_KAFKA_IMAGE", "apache/kafka:4.4.0")
POSTGRES_IMAGE = os.environ.get("CME_TEST_POSTGRES_IMAGE", "postgres:18")


class ApacheKafkaContainer(DockerContainer):
    """apache/kafka; the library's own KafkaContainer only knows another image's layout.

    A broker must tell clients the port they reach it by, so that port is chosen before it starts.
    """

    def __init__(self) -> None:
        super().__init__(KAFKA_IMAGE)
        port = free_port()
        self.servers = f"127.0.0.1:{port}"
        self.with_bind_ports(9092, port)
        self.with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
            KAFKA_LISTENERS="PLAINTEXT://:9092,CONTROLLER://localhost:9093",
            KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://127.0.0.1:{port}",
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
            KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
        )
        self.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(120))


@contextmanager
def postgres_container() -> Iterator[str]:
    with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
        yield container.get_connection_url()
