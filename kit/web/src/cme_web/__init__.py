"""HTTP manners, once for all services: who may do what, problems, idempotency, paging, probes."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
"""This component's tables: `migrate(dsn, component="web", folder=MIGRATIONS)`."""
