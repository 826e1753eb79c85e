"""How a service process runs: settings, logs, migrations, roles, probes. The README shows a whole service."""

from cme_service.context import Context
from cme_service.definition import Command, Loop, Retention, ServiceDefinition
from cme_service.run import main
from cme_service.settings import Mend, ServiceSettings

__all__ = ["Command", "Context", "Loop", "Mend", "Retention", "ServiceDefinition", "ServiceSettings", "main"]
