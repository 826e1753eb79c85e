"""What safeguarding says of its requests to bodies: social care, the police, others. Codes and ids, never a narrative."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from cme_contracts.base import Service
from cme_contracts.fields import Instant, OfficerId, instant
from cme_contracts.safeguarding import CONCERNS, Concerning


class RequestStepTaken(Concerning):
    """Something happened to a request to a body: it was made, telephoned, decided, declined, ended. What of an escalation has an event of its own is not said again."""

    type: ClassVar[str] = "cme.request.step-taken.v1"
    stream: ClassVar[str] = CONCERNS
    owner: ClassVar[Service] = "safeguarding"
    source_clause: ClassVar[str] = "policy 7, 9"

    request_id: UUID = Field(description="One request; of an escalation to social care the escalation's own id.")
    body: str = Field(description="Which body, as safeguarding's table names it, e.g. social_care, police.")
    step: str = Field(description="What happened, as that table names it, e.g. made, section_47, declined.")
    closes: bool = Field(description="True: the request has ended with it.")
    reference: str | None = Field(
        default=None, description="The body's own; a reference, never a name.", max_length=100
    )
    recorded_by: OfficerId | None = Field(default=None, description="None: by a rule, or by the body's own system.")
    happened_at: Instant = instant("When it happened.")
    recorded_at: Instant = instant("When it was recorded.")
