"""The API over its whole ASGI stack, with real tokens and real signatures."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from cme_safeguarding.entrypoints import http
from cme_safeguarding.entrypoints.access import ACCESS, SOCIAL_CARE
from cme_safeguarding.entrypoints.answers import ANSWERS
from cme_safeguarding.entrypoints.examples import example
from cme_web.app import make_app
from cme_web.signatures import StandardWebhooks
from cme_web.tokens import TokenChecker
from tests.kit.issuer import NAME
from tests.safeguarding.integration.visitor import ISSUER, SECRET, Visitor
from tests.safeguarding.support import PRACTICE, Safeguarding


@pytest.fixture
async def visitor(safeguarding: Safeguarding) -> AsyncIterator[Visitor]:
    keys = httpx2.AsyncClient(transport=ISSUER.transport)
    app = make_app(
        title="CME safeguarding",
        access=ACCESS,
        routers=http.api(safeguarding.db, safeguarding.clock, PRACTICE),
        answers=ANSWERS,
        examples=example,
        tokens=TokenChecker(issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", client=keys),
        callbacks={SOCIAL_CARE: StandardWebhooks(SECRET)},
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://cme.test") as client:
        yield Visitor(client)
