"""The local run's authority: who somebody is (an OIDC issuer) and what time it is (business time). Never part of a deployment."""

import argparse
import asyncio
import time
from pathlib import Path
from typing import Annotated
from uuid import UUID

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from deploy.local.business_time import TimeMaster, TooFar, UnknownParticipant, read_offset, utc_now, write_offset
from deploy.local.failure import Failure
from deploy.local.tokens import ROLES, Issuer

LONG_POLL = 25.0
"""Seconds after which a wait is answered though its instant has not come; the participant asks again."""
TURN = 0.02
"""Seconds between two looks at whether a wait is over."""


class TokenRequest(BaseModel):
    role: str
    subject: str | None = None
    school_urn: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    partner_kind: Annotated[str, Field(pattern="^[a-z_]{1,20}$")] | None = None
    minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 480


class Wait(BaseModel):
    until: AwareDatetime


def application(issuer: Issuer, master: TimeMaster) -> FastAPI:
    app = FastAPI(title="CME local authority", openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, object]:
        return {
            "issuer": issuer.url,
            "jwks_uri": f"{issuer.url}/jwks",
            "token_endpoint": f"{issuer.url}/token",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["iss", "aud", "sub", "exp", "iat", "roles", "urn", "partner_kind"],
        }

    @app.get("/jwks")
    async def jwks() -> dict[str, object]:
        return issuer.jwks()

    @app.post("/token")
    async def token(asked: TokenRequest) -> dict[str, object]:
        try:
            signed = issuer.token(
                asked.role,
                subject=asked.subject,
                school_urn=asked.school_urn,
                partner_kind=asked.partner_kind,
                minutes=asked.minutes,
            )
        except Failure:
            raise HTTPException(422, f"role is one of {', '.join(ROLES)}") from None
        return {"access_token": signed, "token_type": "Bearer", "expires_in": 60 * asked.minutes}

    @app.get("/time")
    async def now() -> dict[str, object]:
        return {"now": master.now()}

    @app.post("/time/participants", status_code=201)
    async def join() -> dict[str, object]:
        return {"id": master.join(), "now": master.now()}

    @app.post("/time/participants/{participant}/wait")
    async def wait(participant: UUID, asked: Wait, request: Request) -> dict[str, object]:
        """Answers when business time has reached the instant (`reached`), or before long all the same: then ask again."""
        try:
            turn = master.wait(participant, asked.until)
        except UnknownParticipant:
            raise HTTPException(404, "no such participant: it left, or was silent for too long") from None
        except TooFar:
            raise HTTPException(422, "until is too far away") from None
        try:
            answer_by = time.monotonic() + LONG_POLL
            while (
                master.is_waiting(participant, turn)
                and time.monotonic() < answer_by
                and not await request.is_disconnected()
            ):
                await asyncio.sleep(TURN)
        finally:
            master.give_up(participant, turn)
        return {"now": master.now(), "reached": master.now() >= asked.until}

    @app.delete("/time/participants/{participant}", status_code=204)
    async def leave(participant: UUID) -> Response:
        try:
            master.leave(participant)
        except UnknownParticipant:
            raise HTTPException(404, "no such participant") from None
        return Response(status_code=204)

    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--time", type=Path, required=True)
    asked = parser.parse_args()
    issuer = Issuer(f"http://127.0.0.1:{asked.port}", asked.key)
    master = TimeMaster(
        offset=read_offset(asked.time),
        save=lambda offset: write_offset(asked.time, offset),
        real=utc_now,
        ticks=time.monotonic,
    )
    uvicorn.run(
        application(issuer, master), host="127.0.0.1", port=asked.port, log_level="warning", timeout_graceful_shutdown=2
    )


if __name__ == "__main__":
    main()
