"""Whose is this: subjects (submission chains, cases) to children, there and back. See the README for the rule."""

from pathlib import Path

from cme_identity.whose import child_of, join, place, separate, subjects_of

MIGRATIONS = Path(__file__).with_name("migrations")
"""The SQL of component "identity", for `cme_bus.migrate.migrate`."""

__all__ = ["MIGRATIONS", "child_of", "join", "place", "separate", "subjects_of"]
