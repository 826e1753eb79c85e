"""What the environment says, read once: complete, or refused with what to mend."""

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError, field_validator

from cme_service.settings import Mend, ServiceSettings, SettingsError, load


class Settings(ServiceSettings):
    service = "example"
    shared = frozenset({"county_key"})
    council: str = "none"
    county_key: SecretStr | None = None
    colour: str = "blue"

    @field_validator("colour")
    @classmethod
    def _is_a_colour(cls, value: str) -> str:
        if value == "SECRET":
            raise Mend("give a colour of the rainbow")
        if value == "plain":
            raise ValueError(f"bad {value}")
        return value


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {
        "CME_EXAMPLE_DATABASE": "postgresql://role:p%40ss@db:5433/cases?sslmode=require", "CME_KAFKA": "kafka:9092",
        "CME_KEYRING": "k1:" + base64.b64encode(bytes(32)).decode(), "CME_ISSUER": "https://issuer.test",
        "CME_JWKS": "https://issuer.test/jwks", "CME_LINK_SECRET": "s" * 32, "CME_EXAMPLE_PORT": "8001",
        "CME_EXAMPLE_URL": "https://cme.test/example/",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_database_of_its_own_is_taken_as_it_stands() -> None:
    assert load(Settings).dsn == "postgresql://role:p%40ss@db:5433/cases?sslmode=require"


@pytest.mark.parametrize(
    ("cluster", "password", "dsn"),
    [
        ("postgresql://db:5432", "p@ss", "postgresql://example:p%40ss@db:5432/example"),
        ("postgresql://:w%2Fd@db:5432", None, "postgresql://example:w%2Fd@db:5432/example"),
        ("postgresql://db:5432/?sslmode=require", None, "postgresql://example@db:5432/example?sslmode=require"),
    ],
)
def test_one_cluster_gives_each_service_a_role_and_a_database(
    environment: pytest.MonkeyPatch, cluster: str, password: str | None, dsn: str
) -> None:
    environment.delenv("CME_EXAMPLE_DATABASE")
    environment.setenv("CME_POSTGRES", cluster)
    if password:
        environment.setenv("CME_EXAMPLE_DATABASE_PASSWORD", password)
    assert load(Settings).dsn == dsn


def test_a_password_may_stand_apart(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CME_EXAMPLE_DATABASE", "postgresql://role@db/cases")
    environment.setenv("CME_EXAMPLE_DATABASE_PASSWORD", "a:b/c")
    assert load(Settings).dsn == "postgresql://role:a%3Ab%2Fc@db/cases"


def test_a_secret_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "link").write_text("f" * 40 + "\n")
    environment.delenv("CME_LINK_SECRET")
    environment.setenv("CME_LINK_SECRET_FILE", str(tmp_path / "link"))
    assert load(Settings).link_secret.get_secret_value() == "f" * 40
    environment.setenv("CME_LINK_SECRET_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="CME_LINK_SECRET_FILE names a file that cannot be read"):
        load(Settings)


def test_what_is_shared_may_be_overridden_for_one_service(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CME_EXAMPLE_KAFKA", "other:9092")
    environment.setenv("CME_COUNCIL", "Anyshire")
    environment.setenv("CME_COUNTY_KEY", "k")
    environment.setenv("CME_COLOUR", "red")
    environment.setenv("CME_PORT", "9")
    settings = load(Settings)
    assert (settings.kafka, settings.council, settings.county_key) == ("other:9092", "Anyshire", SecretStr("k"))
    assert (settings.colour, settings.port) == ("blue", 8001)  # nobody else's


def test_every_fault_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("CME_KAFKA")
    environment.setenv("CME_EXAMPLE_COLOUR", "SECRET")
    environment.setenv("CME_EXAMPLE_PORT", "70000")
    with pytest.raises(SettingsError) as caught:
        load(Settings)
    lines = str(caught.value).splitlines()
    assert lines == [
        "CME_KAFKA is missing: give host:port of Kafka, several with commas",
        "CME_EXAMPLE_PORT is wrong: give the port HTTP listens on",
        "CME_EXAMPLE_COLOUR is wrong: give a colour of the rainbow",
    ]


def test_a_validator_that_quotes_is_not_quoted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CME_EXAMPLE_COLOUR", "plain")
    with pytest.raises(SettingsError) as caught:
        load(Settings)
    assert "plain" not in str(caught.value)


def test_settings_do_not_change_and_do_not_tell() -> None:
    settings = load(Settings)
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
    assert "p%40ss" not in repr(settings)
    assert "s" * 32 not in repr(settings)
    assert settings.public_url == "https://cme.test/example"


@pytest.mark.parametrize("profile", ["production", None])
def test_only_a_local_run_steers_time(environment: pytest.MonkeyPatch, profile: str | None) -> None:
    environment.setenv("CME_LOCAL_TIME", "/tmp/time")
    if profile:
        environment.setenv("CME_PROFILE", profile)
    with pytest.raises(SettingsError, match="CME_LOCAL_TIME is refused in production"):
        load(Settings)
    environment.setenv("CME_PROFILE", "local")
    assert load(Settings).local_time == Path("/tmp/time")
