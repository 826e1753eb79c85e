"""An endpoint that takes a form, called without the framework's dependencies: they cost more than validating the form.

router.add_api_route("/v1/referrals", refer, methods=["POST"], route_class_override=StraightRoute)

async def refer(body: NewReferral, caller: CurrentCaller, key: IdempotencyKey) -> Response: ...
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from cme_web.idempotency import checked_key
from cme_web.tokens import Caller


class StraightRoute(APIRoute):
    """A route of an endpoint with just these three: the body's model, the caller, the key.

    The signature describes it, as it does any other. Whatever is not a good form in JSON takes the framework's way, which
    says what is wrong with it; so does the caller who sends it, as the guard has checked both already.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See FastAPI."""
        usual = super().get_route_handler()
        endpoint: Callable[[BaseModel, Caller, str], Awaitable[Response]] = self.endpoint
        model: type[BaseModel] = self.endpoint.__annotations__["body"]

        async def straight(request: Request) -> Response:
            if request.headers.get("content-type") != "application/json":
                return await usual(request)
            try:
                body = model.model_validate(json.loads(await request.body()))
            except (ValueError, RecursionError, ClientDisconnect):
                return await usual(request)
            return await endpoint(body, request.state.caller, checked_key(request.headers.get("idempotency-key")))

        return straight
