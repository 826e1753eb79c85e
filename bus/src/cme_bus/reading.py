"""Record -> event: what can be told before any handler runs, and without the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cme_bus.errors import HOPELESS, Unprocessable
from cme_bus.inbox import Parking, Record
from cme_bus.meta import Meta
from cme_bus.sealing import Keyring, kid_of, open_box
from cme_contracts.base import Event

type Run = Sequence[tuple[Any, Meta]]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """What a service does about one event type: a run at a time, or one by one."""

    event: type[Event]
    handle: Callable[..., Awaitable[None]]
    bulk: bool


@dataclass(slots=True, eq=False)
class Reading:
    """One record, understood as far as it can be. Without a route or a fault it is not for us."""

    record: Record
    meta: Meta | None = None
    route: Route | None = None
    event: Event | None = None
    fault: Exception | None = None
    holds: bool = True

    @property
    def type(self) -> str | None:
        return None if self.meta is None else self.meta.type

    def parking(self) -> Parking:
        assert self.fault is not None
        return Parking(self.record, self.type, self.fault, self.holds)

    def waits(self) -> Parking:
        return Parking(self.record, self.type, Unprocessable("an earlier event with this key is parked"), follower=True)


class Reader:
    """Understands records on behalf of one service: `service` decides which boxes it may open."""

    def __init__(
        self, service: str, routes: Mapping[str, Route], catalog: Mapping[str, type[Event]], keyring: Keyring
    ) -> None:
        self._service, self._routes, self._catalog, self._keyring = service, routes, catalog, keyring

    async def read(self, records: Sequence[Record]) -> list[Reading]:
        """Every record in its place. The keys to all boxes are asked for at once."""
        readings = [self._read(record) for record in records]
        boxed = [(reading, kid) for reading in readings if (kid := self._kid(reading.event))]
        if boxed:
            keys = await self._keyring.for_opening({kid for _, kid in boxed})
            for reading, _ in boxed:
                assert reading.event is not None and reading.meta is not None
                try:
                    open_box(reading.event, reading.meta.id, keys)
                except HOPELESS as error:
                    reading.fault = error
        return readings

    def _read(self, record: Record) -> Reading:
        try:
            meta = Meta.parse(record.headers)
        except Unprocessable as error:
            return Reading(record, fault=error)
        route = self._routes.get(meta.type)
        if route is None:
            if meta.type in self._catalog:
                return Reading(record, meta)  # known, and not for us
            unknown = Unprocessable("an event of a type this version does not know")
            return Reading(
                record, meta, fault=unknown, holds=False
            )  # its key goes on: we would have skipped it, or may yet
        try:
            if record.value is None:
                raise Unprocessable("it has no content")
            return Reading(record, meta, route, route.event.__pydantic_validator__.validate_json(record.value))
        except HOPELESS as error:
            return Reading(record, meta, route, fault=error)

    def _kid(self, event: Event | None) -> str | None:
        """Which key opens it, if this service is one of its readers."""
        if event is None or self._service not in event.readers:
            return None
        return kid_of(event)
