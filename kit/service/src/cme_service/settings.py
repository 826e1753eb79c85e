"""What a service is told by its environment: read once, at the start, and complete or not at all.

    class Settings(ServiceSettings):
        service = "register"
        notify_key: SecretStr | None = None          # CME_REGISTER_NOTIFY_KEY, or CME_REGISTER_NOTIFY_KEY_FILE

A field is read from `CME_<SERVICE>_<FIELD>`; those in `SHARED`, the same for every service, and in the class's own
`shared`, also from `CME_<FIELD>`.
Any of them may stand in a file that `..._FILE` names, as orchestrators hand over secrets.
"""

import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, cast
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import AnyHttpUrl, Field, PositiveInt, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cme_bus.sealing import VersionedKeyring
from cme_web.links import Links

SHARED = frozenset(
    {
        "postgres",
        "kafka",
        "keyring",
        "issuer",
        "audience",
        "jwks",
        "link_secret",
        "profile",
        "local_time",
        "council",
        "sender_per_minute",
    }
)


class SettingsError(Exception):
    """The environment is not complete, or not right. Each line names a variable and how to mend it, never its value."""


class Mend(ValueError):
    """Raise it in a validator of a service's settings: the text reaches the operator, so it must not quote the value."""


class ServiceSettings(BaseSettings):
    """What every service needs. Subclass it, set `service`, add what is its own. Make it with `load`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    service: ClassVar[str]
    shared: ClassVar[frozenset[str]] = frozenset()
    """Fields of the service's own that are also read from `CME_<FIELD>`: `{"council"}` for `CME_COUNCIL`."""

    database: SecretStr | None = Field(
        None, description="postgresql://role:password@host:port/database of this service"
    )
    database_password: SecretStr | None = Field(None, description="the role's password, where the URL holds none")
    postgres: SecretStr | None = Field(
        None, description="postgresql://host:port of one cluster; role and database are named after the service"
    )
    kafka: str = Field(description="host:port of Kafka, several with commas", min_length=1)
    keyring: SecretStr = Field(description="the keys to personal data: name:base64 of 32 bytes, several with commas")
    issuer: str = Field(description="the issuer of access tokens, as their iss says", min_length=1)
    audience: str = Field("cme", description="what tokens for us say in aud")
    jwks: AnyHttpUrl = Field(description="where the issuer publishes its keys")
    link_secret: SecretStr = Field(description="at least 32 characters; several with commas, the first signs")
    host: str = Field("127.0.0.1", description="the address HTTP listens on; 0.0.0.0 in a container")
    port: PositiveInt = Field(description="the port HTTP listens on", le=65535)
    worker_port: PositiveInt | None = Field(
        None, description="health and metrics of the worker; none: not served", le=65535
    )
    url: AnyHttpUrl = Field(description="how people reach this service; links begin with it")
    sender_per_minute: PositiveInt = Field(
        600, description="requests one caller, or one school, may make in a minute, in each process"
    )
    profile: Literal["local", "production"] = Field("production", description="local only on a developer's machine")
    local_time: Path | None = Field(None, description="file that steers business time; local only")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Our names, and arguments in tests. Nothing else."""
        return init_settings, Environment(settings_cls)

    @field_validator("keyring")
    @classmethod
    def _keys_can_be_read(cls, value: SecretStr) -> SecretStr:
        try:
            VersionedKeyring.from_text(value.get_secret_value())
        except ValueError as error:
            raise Mend(f"{error}: give name:base64, several with commas, the current one last") from None
        return value

    @field_validator("link_secret")
    @classmethod
    def _links_can_be_signed(cls, value: SecretStr) -> SecretStr:
        try:
            Links(*value.get_secret_value().split(","))
        except ValueError:
            raise Mend("give at least 32 characters") from None
        return value

    @field_validator("database", "postgres")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise Mend("give postgresql://host:port/...")
        return value

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if not (self.database or self.postgres):
            raise Mend(
                f"{variable(self.service, 'database')} is missing: give postgresql://role:password@host:port/database,"
                " or CME_POSTGRES for one cluster with a role per service"
            )
        if self.local_time and self.profile == "production":
            raise Mend(
                "CME_LOCAL_TIME is refused in production: business time is the time of day."
                " Unset it, or set CME_PROFILE=local on a developer's machine"
            )
        return self

    @property
    def dsn(self) -> str:
        """The URL of this service's own database, password included: hand it to asyncpg, never to a log."""
        own = self.database or self.postgres
        assert own is not None  # _can_run
        parts = urlsplit(own.get_secret_value())
        role = quote(parts.username or self.service, safe="") if self.database else self.service
        password = self.database_password and quote(self.database_password.get_secret_value(), safe="")
        password = password or parts.password
        _, _, place = parts.netloc.rpartition("@")
        netloc = f"{role}:{password}@{place}" if password else f"{role}@{place}"
        path = parts.path if self.database and parts.path.strip("/") else f"/{self.service}"
        return urlunsplit((parts.scheme, netloc, path, parts.query, ""))

    @property
    def public_url(self) -> str:
        """`url` without a slash at its end: `f"{settings.public_url}/v1/..."`."""
        return str(self.url).rstrip("/")


class Environment(PydanticBaseSettingsSource):
    """Reads `CME_<SERVICE>_<FIELD>`, then, for shared fields, `CME_<FIELD>`; each also by `_FILE`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value and where it came from. Raises `SettingsError` for a file that cannot be read."""
        settings = cast(type[ServiceSettings], self.settings_cls)
        for name in variables(settings.service, field_name, settings.shared):
            if (value := os.environ.get(name)) is not None and value != "":
                return value, field_name, False
            if path := os.environ.get(f"{name}_FILE"):
                try:
                    return Path(path).read_text("utf-8").strip(), field_name, False
                except OSError:
                    raise SettingsError(
                        f"{name}_FILE names a file that cannot be read: mount it, or correct its path"
                    ) from None
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All that the environment says."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, _, _ = self.get_field_value(field, name)
            if value is not None:
                found[name] = value
        return found


def variable(service: str, field: str, shared: AbstractSet[str] = frozenset()) -> str:
    """The name an operator should set: `CME_KAFKA`, `CME_REGISTER_PORT`."""
    return variables(service, field, shared)[-1]


def variables(service: str, field: str, shared: AbstractSet[str] = frozenset()) -> list[str]:
    """The names a field is read from, the service's own first."""
    own = f"CME_{service}_{field}".upper().replace("-", "_")
    return [own, f"CME_{field.upper()}"] if field in SHARED | shared else [own]


def load[S: ServiceSettings](settings: type[S], **given: Any) -> S:
    """Read the environment. Raises `SettingsError` that names every variable to mend, and no value."""
    try:
        return settings(**given)
    except ValidationError as error:
        lines = [_line(settings, dict(fault)) for fault in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(lines)) from None


def _line(settings: type[ServiceSettings], fault: Mapping[str, Any]) -> str:
    cause = (fault.get("ctx") or {}).get("error")
    if not fault["loc"]:
        return str(cause) if isinstance(cause, Mend) else "the settings do not fit together"
    field = str(fault["loc"][0])
    name = variable(settings.service, field, settings.shared)
    if isinstance(cause, Mend):
        return f"{name} is wrong: {cause}"
    meaning = settings.model_fields[field].description or "see the service's README"
    return f"{name} is {'missing' if fault['type'] == 'missing' else 'wrong'}: give {meaning}"
