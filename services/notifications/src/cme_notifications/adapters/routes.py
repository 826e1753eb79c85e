"""Read the routing table and hold it against the events and the templates: a wrong row stops the start, not a message."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cme_contracts.catalogue import CATALOG
from cme_notifications.domain.errors import BadRoute
from cme_notifications.domain.routing import NEEDS, Link, Route, RoutingTable, Tells

ROUTES = Path(__file__).parents[1] / "routes.toml"


def read_routes(path: Path = ROUTES) -> RoutingTable:
    """The table. Raises `BadRoute` with the row's event for whatever is wrong with it."""
    rows = tomllib.loads(path.read_text("utf-8"))["route"]
    table = RoutingTable(_route(row) for row in rows)
    for route in table:
        _check(route)
    return table


def _route(row: Mapping[str, Any]) -> Route:
    try:
        by_hand, where, never = (
            {name: tuple(codes) for name, codes in row.get(column, {}).items()}
            for column in ("by_hand_if", "only_where", "never_where")
        )
        return Route(**{
            **row, "tells": Tells(row["tells"]), "link": Link(row["link"]), "fields": tuple(row.get("fields", ())),
            "by_hand_if": by_hand or None, "only_where": where or None,
            "never_where": never or None,
        })  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BadRoute(f"a row of {row.get('event', 'no event')} cannot be read: {error}") from error


def _check(route: Route) -> None:
    event = CATALOG.get(route.event)
    if event is None:
        raise BadRoute(f"{route.event} is not an event")
    uses = [
        *route.fields,
        NEEDS.get(route.tells),
        route.only_if,
        route.unless,
        *(route.by_hand_if or ()),
        *(route.only_where or ()),
        *(route.never_where or ()),
    ]
    for name in filter(None, uses):
        if name not in event.model_fields:
            raise BadRoute(f"{route.event} has no field {name}")
        if name == "personal":
            raise BadRoute(f"{route.event}: personal data does not go into a message")
