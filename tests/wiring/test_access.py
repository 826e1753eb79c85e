"""Every endpoint of every service has its row, and the page of who may do what is what the tables say."""

import pytest

from cme_web.guard import place, unguarded_routes
from tests.access import PAGE, page
from tests.wiring.services import SERVICES, access, context, definition


@pytest.mark.policy("10.3")
@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_has_a_row_and_every_row_a_route(service: str) -> None:
    rows = {row.place for row in access(service)}
    async with context(service) as made:
        app = definition(service).http(made)
    assert list(unguarded_routes(app)) == []
    routes = {
        (method, path) for route in app.routes for path, methods in [place(route)] for method in methods - {"HEAD"}
    }
    assert routes == rows


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_public_is_without_a_reason_and_a_limit(service: str) -> None:
    for row in access(service):
        if row.proof == "public":
            assert row.why
            assert row.per_minute
