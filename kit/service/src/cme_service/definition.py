"""What a service is, in one place: everything a process of it needs to know to run. See the README for a whole one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI

from cme_bus.consumer import Consumer
from cme_bus.database import Tx
from cme_service.context import Context
from cme_service.settings import ServiceSettings

type Loop = Callable[[], Awaitable[None]]
"""Runs until cancelled. If it ends or fails the process exits non-zero, to be started again."""


def _no_arguments(_: ArgumentParser) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Command[C]:
    """A command of the service's own: `cme-register <name> ...`. Its docstring-like `help` is one line."""

    help: str
    run: Callable[[C, Namespace], Awaitable[int]]
    """Returns the exit status."""
    arguments: Callable[[ArgumentParser], None] = _no_arguments
    """Adds its arguments."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what has no further use is kept. Technical time."""

    inbox: timedelta = timedelta(days=30)
    """Longer than topic retention (7 days) plus the longest replay."""
    parked: timedelta = timedelta(days=90)
    answers: timedelta = timedelta(days=7)
    """Answers to requests that carried an Idempotency-Key."""
    timers: timedelta = timedelta(days=400)
    """Past timers; longer than the longest replay."""


def _none(_: object) -> None:
    return None


def _nothing(_: object) -> Sequence[Loop]:
    return ()


@dataclass(frozen=True, kw_only=True)
class ServiceDefinition[S: ServiceSettings, T: Tx]:
    """A service, as `cme_service.run.main` runs it."""

    name: str
    """`register`: group, inbox, source, role and database are named after it."""
    settings: type[S]
    tx: type[T]
    streams: Sequence[str]
    """The topics it writes, each a lane of its own."""
    keeps: Collection[str] = ()
    """The types of event it can be asked to announce again; see `cme_bus.again`."""
    migrations: Path
    components: Sequence[str] = ("web",)
    """Kit packages whose tables it uses, by name: `cme_<name>.MIGRATIONS` is applied before the service's own."""
    http: Callable[[Context[S, T]], FastAPI]
    """Builds the app; see `Context.make_app`."""
    consumer: Callable[[Context[S, T]], Consumer[T] | None] = _none
    background: Callable[[Context[S, T]], Sequence[Loop]] = _nothing
    """Loops of the worker: timers, senders."""
    commands: Mapping[str, Command[Context[S, T]]] = field(default_factory=dict)
    overdue: Callable[[Context[S, T]], Awaitable[int]] | None = None
    """How many deadlines are past and have not fired. With component `timers` it is known already."""
    sweep: Callable[[Context[S, T]], Awaitable[int]] | None = None
    """Forget what the service itself need not keep; hourly, in the worker. Returns how many rows."""
    retention: Retention = Retention()

    def folders(self) -> list[tuple[str, Path]]:
        """Every set of migrations, in order; the bus's own are applied before all."""
        kit = [(name, import_module(f"cme_{name}").MIGRATIONS) for name in self.components]
        return [*kit, (self.name, self.migrations)]
