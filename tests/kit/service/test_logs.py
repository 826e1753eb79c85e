"""What is written down: one JSON object a line, and nobody in it."""

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from cme_service import logs

UPN, NHS, PHONE, MAIL, POSTCODE = "H801200001001", "943 476 5919", "07700 900123", "zeb@home.test", "AB1 2CD"


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Every line logged so far."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    stream = StringIO()
    logs.configure("test", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)
    logging.captureWarnings(False)


type Written = Callable[[], list[dict[str, Any]]]


def test_identifiers_are_kept_and_people_are_not(written: Written) -> None:
    case_id = UUID("01234567-8901-4234-8678-901234567890")
    structlog.get_logger("x").info(
        "case.opened", case_id=case_id, other=f"case {case_id}", on=date(2026, 9, 1), forename="Zebedee", personal={"a": 1}
    )  # fmt: skip
    [line] = written()
    assert (line["case_id"], line["other"], line["on"]) == (str(case_id), f"case {case_id}", "2026-09-01")
    assert (line["forename"], line["personal"], line["service"]) == ("[withheld]", "[withheld]", "test")


@pytest.mark.parametrize(
    "value",
    [UPN, "H80120000100A", NHS, "9434765919", PHONE, "+44 7700 900123", MAIL, POSTCODE, "AB12CD", "ab1 2cd", "E1W 1AA"],
)
def test_what_looks_like_somebody_is_withheld_wherever_it_stands(written: Written, value: str) -> None:
    log = structlog.get_logger("x")
    log.warning(value, a=value, b=[f"({value})"], c={"d": {"e": f"x {value}"}}, f=(value,))
    logging.getLogger("library").error("said %s", value, extra={"g": value})
    assert value not in json.dumps(written())


def test_a_key_is_withheld_at_any_depth_and_in_any_case(written: Written) -> None:
    structlog.get_logger("x").info("e", deep=[{"Surname": "Zebedee", "ok": 1}], Authorization="Zebedee")
    [line] = written()
    assert "Zebedee" not in json.dumps(line)
    assert line["deep"][0]["ok"] == 1


class Child(BaseModel):
    born: date


def test_errors_are_described_and_never_quoted(written: Written) -> None:
    log, std = structlog.get_logger("x"), logging.getLogger("library")

    def fail(how: int) -> object:
        if how == 0:
            return Child.model_validate({"born": "Zebedee"})
        if how == 1:
            raise asyncpg.UniqueViolationError("DETAIL: Key (name)=(Zebedee)")
        return {}["Zebedee"]

    for how in range(3):
        try:
            fail(how)
        except Exception as error:
            log.exception("failed")
            log.error("failed", exc_info=error)
            std.exception("failed")
            log.error("failed", cause=error)
    lines = written()
    assert len(lines) == 12
    assert {line["error"] for line in lines if "cause" not in line} == {
        "born: date_from_datetime_parsing", "UniqueViolationError 23505", "KeyError",
    }  # fmt: skip
    assert all(
        "test_logs.py" in line["where"][-1] or "main.py" in line["where"][-1] for line in lines if "cause" not in line
    )
    assert "Zebedee" not in json.dumps(lines)
    assert "Traceback" not in json.dumps(lines)


def test_an_object_shows_its_type_only(written: Written) -> None:
    structlog.get_logger("x").info("e", thing=object(), child=Child(born=date(2015, 1, 1)))
    [line] = written()
    assert (line["thing"], line["child"]) == ("<object>", "<Child>")


def test_libraries_write_the_same_way(written: Written) -> None:
    for name in ("uvicorn.error", "faststream", "aiokafka.consumer", "asyncio"):
        logging.getLogger(name).error("from %s to %s", name, MAIL)
    warnings.warn(f"about {MAIL}", stacklevel=1)
    logging.getLogger("uvicorn.access").info("GET /v1/progress/secret-link")
    lines = written()
    assert {line["logger"] for line in lines} == {
        "uvicorn.error",
        "faststream",
        "aiokafka.consumer",
        "asyncio",
        "py.warnings",
    }
    assert MAIL not in json.dumps(lines)


def test_pydantic_quoting_its_input_in_a_librarys_text_is_cut_short(written: Written) -> None:
    with pytest.raises(ValidationError) as caught:
        Child.model_validate({"born": "Zebedee Smith"})
    logging.getLogger("library").error("failed: %s", caught.value)
    assert "Zebedee" not in json.dumps(written())


def test_many_identifiers_never_look_like_a_person(written: Written) -> None:
    many = [str(uuid4()) for _ in range(300)]
    structlog.get_logger("x").info("e", many=many, text=" ".join(many))
    [line] = written()
    assert line["many"] == many
    assert line["text"] == " ".join(many)
