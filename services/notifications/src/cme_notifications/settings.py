"""What the environment decides for this service."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self
from uuid import UUID

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator, model_validator

from cme_notifications.adapters.notify import LIVE, UUID_LENGTH
from cme_service.settings import Mend, ServiceSettings


class Settings(ServiceSettings):
    """Read once, at the start."""

    service: ClassVar[str] = "notifications"
    shared: ClassVar[frozenset[str]] = frozenset(
        {
            "referrals_url",
            "register_url",
            "safeguarding_url",
            "notify_key",
            "notify_url",
            "notify_templates",
            "notify_callback_secret",
        }
    )

    council: Path = Field(description="the file with the council's names, contacts and labels")
    referrals_url: AnyHttpUrl = Field(description="how people reach the referrals service; links begin with it")
    register_url: AnyHttpUrl = Field(description="how people reach the register; links begin with it")
    safeguarding_url: AnyHttpUrl = Field(description="how people reach the safeguarding service; links begin with it")
    notify_key: SecretStr | None = Field(None, description="GOV.UK Notify's API key; none: a mailbox of our own")
    notify_url: str = Field(LIVE, description="where GOV.UK Notify answers")
    notify_templates: str = Field(
        "", description="GOV.UK Notify's template id, or name=id with commas; an id alone serves the rest"
    )
    notify_callback_secret: SecretStr | None = Field(
        None, description="the token we gave GOV.UK Notify for its receipts"
    )

    @field_validator("notify_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < 2 * UUID_LENGTH + 1:
            raise Mend("give the key as GOV.UK Notify shows it: name-service-secret")
        return value

    @field_validator("notify_templates")
    @classmethod
    def _are_template_ids(cls, value: str) -> str:
        try:
            for id_ in template_ids(value).values():
                UUID(id_)
        except ValueError:
            raise Mend("give one template id, or name=id with commas") from None
        return value

    @model_validator(mode="after")
    def _messages_can_leave(self) -> Self:
        if self.notify_key and not self.notify_templates:
            raise Mend("CME_NOTIFY_TEMPLATES is missing: give the id of the template with ((subject)) and ((body))")
        if self.profile == "production" and not self.notify_key:
            raise Mend("CME_NOTIFY_KEY is missing: without it messages go to a mailbox that only a local run shows")
        return self

    @property
    def templates_of_notify(self) -> Mapping[str, str]:
        """Our template's name to Notify's id; "" serves the rest."""
        return template_ids(self.notify_templates)


def template_ids(text: str) -> dict[str, str]:
    """`id`, or `name=id,other=id,id`."""
    entries = [entry.strip().rpartition("=") for entry in text.split(",") if entry.strip()]
    return {name.strip(): id_.strip() for name, _, id_ in entries}
