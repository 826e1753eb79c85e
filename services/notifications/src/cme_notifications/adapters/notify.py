"""GOV.UK Notify: e-mail, one request per attempt. When to try again is the sender's business.

Notify has no idempotency key, but keeps our reference: a letter whose fate is unknown is looked up by it.
Its templates are vessels with ((subject)) and ((body)): the wording is ours, versioned with the code.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx2
import structlog
from joserfc import jwt
from joserfc.jwk import OctKey

from cme_calendars import LONDON, end_of_day, local_date
from cme_notifications.application.ports import Letter
from cme_notifications.domain.errors import BadTemplate
from cme_notifications.domain.messages import NotNow, Outcome, Refused, Taken, Unclear

log = structlog.get_logger()

LIVE = "https://api.notifications.service.gov.uk"
PLACEHOLDERS = frozenset({"subject", "body"})
FAILED = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})
DAILY_LIMIT = "TooManyRequestsError"
"""The day's allowance is used up; the other 429 is only the minute's."""
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
"""Failures before a byte of the request has left."""
TIMEOUT = 10.0
"""Seconds; with the look-up well under the sender's lease."""
UUID_LENGTH = 36
MINUTE = timedelta(seconds=60)


class Notify:
    """The channel. `templates` maps our names to Notify's template ids; the entry "" serves those not named."""

    name = "email"

    def __init__(
        self,
        key: str,
        templates: Mapping[str, str],
        client: httpx2.AsyncClient,
        *,
        url: str = LIVE,
        timeout: float = TIMEOUT,
    ) -> None:
        """`key` is Notify's API key, name-service-secret. Raises `ValueError` if it is too short to be one."""
        if len(key) < 2 * UUID_LENGTH + 1:
            raise ValueError("this is not a key of GOV.UK Notify")
        self._service = key[-2 * UUID_LENGTH - 1 : -UUID_LENGTH - 1]
        self._secret = OctKey.import_key(key[-UUID_LENGTH:])
        self._templates, self._client, self._url, self._timeout = templates, client, url.rstrip("/"), timeout

    async def send(self, letter: Letter) -> Outcome:
        body = {
            "email_address": letter.address, "template_id": self._template(letter.template), "reference": str(letter.id),
            "personalisation": {"subject": letter.subject, "body": letter.body},
        }  # fmt: skip
        try:
            answer = await self._ask("POST", "/v2/notifications/email", json=body)
        except NOT_SENT as error:
            return NotNow(_code(error))
        except httpx2.HTTPError as error:
            return Unclear(_code(error))
        return _outcome(answer)

    async def find(self, message_id: UUID) -> Outcome | None:
        try:
            answer = await self._ask("GET", "/v2/notifications", params={"reference": str(message_id)})
            if answer.status_code != HTTPStatus.OK:
                return Unclear(f"lookup-{answer.status_code}")
            found = answer.json()["notifications"]
            if not found:
                return None
            status, id_ = found[0]["status"], str(found[0]["id"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
            return Unclear(_code(error))
        return Refused(status) if status in FAILED else Taken(id_)

    async def check(self) -> None:
        """Hold our use of each template against Notify's own copy. Raises `BadTemplate`, or httpx2's error while it is away."""
        for id_ in sorted(set(self._templates.values())):
            answer = await self._ask("GET", f"/v2/template/{id_}")
            if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
                raise BadTemplate(f"GOV.UK Notify has no template {id_}")
            if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                log.error("notify.key_refused", status=answer.status_code)
            wanted = set(answer.raise_for_status().json().get("personalisation") or {})
            if wanted != PLACEHOLDERS:
                raise BadTemplate(
                    f"template {id_} of GOV.UK Notify asks for {sorted(wanted)}, not for subject and body"
                )

    def _template(self, name: str) -> str:
        id_ = self._templates.get(name) or self._templates.get("")
        if id_ is None:
            raise BadTemplate(f"no template of GOV.UK Notify is configured for {name}")
        return id_

    async def _ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        # Signed for each request: a token is good for thirty seconds. Real time, whatever business time is.
        token = jwt.encode(
            {"typ": "JWT", "alg": "HS256"}, {"iss": self._service, "iat": int(time.time())}, self._secret
        )
        headers = {"Authorization": f"Bearer {token}"}
        return await self._client.request(method, self._url + path, headers=headers, timeout=self._timeout, **options)


def _outcome(answer: httpx2.Response) -> Outcome:
    status = answer.status_code
    if status == HTTPStatus.CREATED:
        return Taken(_channel_id(answer))
    fault = _fault(answer)
    reason = f"notify-{status}-{fault}" if fault else f"notify-{status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotNow(reason, _until_tomorrow() if fault == DAILY_LIMIT else MINUTE)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        log.error("notify.key_refused", status=status)  # our key or our clock is wrong, not this message
        return NotNow(reason)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
        return Refused(reason)
    return Unclear(reason)  # it may have been taken before the error


def _channel_id(answer: httpx2.Response) -> str | None:
    try:
        return str(answer.json()["id"])
    except (ValueError, KeyError, TypeError):
        return None  # it was taken; we can still find it by our reference


def _fault(answer: httpx2.Response) -> str:
    """The class of the first error. Never its text, which quotes the address."""
    try:
        error = str(answer.json()["errors"][0]["error"])
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return error if error.isalnum() else ""


def _code(error: Exception) -> str:
    return f"notify-{type(error).__name__}"


def _until_tomorrow() -> timedelta:
    now = datetime.now(LONDON)
    return end_of_day(local_date(now)) - now + MINUTE
