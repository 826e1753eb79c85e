"""Outside everything else: under /fhir every refusal, whoever raised it, is an OperationOutcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from cme_referrals.entrypoints.fhir.issues import Issue, outcome
from cme_referrals.entrypoints.fhir.notification import element_of
from cme_referrals.entrypoints.fhir.wire import MEDIA_TYPE
from cme_web.retold import Retold

UNDER = "/fhir/"
CODES: Mapping[int, str] = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "value",
    429: "throttled",
    503: "transient",
}
"""Of http://hl7.org/fhir/issue-type, a required binding."""
NOTHING_HERE = "There is nothing here, or it is not yours to see. GET /fhir/R4/metadata says what there is."


def answers_in_fhir(app: FastAPI) -> FastAPI:
    """The app, with this around all of it."""
    app.add_middleware(Retold, under=(UNDER,), retell=_outcome)
    return app


def _outcome(_status: int, problem: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
    said = json.dumps(outcome(issues_of(problem))).encode() if problem else b""
    return said, {"content-type": MEDIA_TYPE}


def issues_of(problem: Mapping[str, Any]) -> list[Issue]:
    """What a problem says, as issues. All its texts are ours."""
    code = CODES.get(problem["status"], "exception" if problem["status"] >= 500 else "processing")
    if problem["status"] == 404:
        return [Issue("error", code, NOTHING_HERE)]
    if errors := problem.get("errors"):
        return [Issue("error", code, f"It {one['wrong']}. {one['mend']}", element_of(one["field"])) for one in errors]
    return [
        Issue(
            "error", code, " ".join(f"{one.rstrip('.')}." for one in (problem["title"], problem.get("detail")) if one)
        )
    ]
