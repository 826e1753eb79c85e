"""Logs: one JSON object a line, on standard output, from everything in the process, with nothing personal in it.

The first defence is at the call: log identifiers, and `describe(error)` instead of an error. What follows is the
second: values are withheld by their name, and by their look.
"""

import logging
import re
import sys
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from cme_bus.errors import describe
from cme_web.request import frames

WITHHELD = "[withheld]"

NAMES = frozenset(
    """
    name names forename forenames given_name surname family_name full_name former_name preferred_name
    dob born birth_date date_of_birth upn uln nhs_number address postcode phone telephone mobile email
    personal payload body input input_value narrative note notes contact recipient to
    authorization token access_token password secret link cookie dsn keyring
    """.split()  # noqa: SIM905  # a list that people read and add to
)
"""Keys whose values are never logged, whatever they hold."""

LOOKS = re.compile(
    r"""
      (?P<identifier>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)     # ours, and kept: its digits may look like what follows
    | \b[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]\b                           # UPN, permanent or temporary
    | \b\d{3}[ -]?\d{3}[ -]?\d{4}\b                                       # NHS number
    | (?<![\w.-])(?:\+44|0044|0)[ -]?\d{2,4}[ -]?\d{3}[ -]?\d{3,4}\b      # telephone
    | [\w.+-]+@[\w-]+\.[\w.-]+                                            # e-mail
    | \b[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}\b                             # postcode, invented ones included
    | \b[a-z]{1,2}\d[a-z\d]?[ ]\d[a-z]{2}\b
    | input_value=.*?(?=,[ ]input_type|\]|$)                              # pydantic quoting what it was given
    | \bDETAIL:.*$                                                        # PostgreSQL quoting a key
    | \beyJ[\w-]+\.[\w-]+\.[\w-]*                                         # a signed token
    """,
    re.VERBOSE | re.MULTILINE,
)
KEPT = frozenset({"level", "logger", "timestamp", "service"})
"""Written by this module alone."""


def configure(service: str, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Let every logger of this process, ours and libraries', write through the same chain; to standard output."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        _describe_errors,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(default=_plain),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "faststream",
        "aiokafka",
        "asyncio",
        "httpx2",
        "httpcore2",
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True  # some libraries keep a handler of their own, that writes what it likes
    logging.getLogger("uvicorn.access").disabled = True  # paths may hold links; Manners logs the template instead
    for name in ("httpx2", "httpcore2", "aiokafka", "faststream"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Withhold values by key and by look, at any depth."""
    return {key: value if key in KEPT else _withheld(key, value) for key, value in event.items()}


def _withheld(key: str, value: Any) -> Any:
    if key.lower() in NAMES:
        return WITHHELD
    if isinstance(value, str):
        return LOOKS.sub(lambda found: found["identifier"] or WITHHELD, value)
    if isinstance(value, Mapping):
        return {inner: _withheld(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_withheld(key, one) for one in value]
    if isinstance(value, BaseException):
        return describe(value)
    return value


def _plain(value: Any) -> str:
    """What JSON has no form for: identifiers and dates as text, of anything else no more than its type."""
    return (
        str(value)
        if isinstance(value, UUID | date | time | timedelta | Path | Decimal)
        else f"<{type(value).__name__}>"
    )


def _named(service: str) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add


def _describe_errors(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """What went wrong and where, instead of a traceback: its last line quotes values, its frames hold them."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = describe(error)
        event["where"] = frames(error)
    event.pop("stack_info", None)
    return event
