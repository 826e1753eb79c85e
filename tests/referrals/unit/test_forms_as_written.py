"""Every kind of form: what is kept of it is what was sent, and no text in it may hold what no database keeps."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from cme_contracts.people import Child
from cme_referrals.application.about import checked
from cme_referrals.domain.completeness import Kind
from cme_referrals.entrypoints.examples import example
from cme_referrals.entrypoints.kinds import KINDS
from cme_web.problems import Wrong
from tests.referrals.unit.test_receive import NOWHERE

OWN_FORM = {"literal_error", "string_pattern_mismatch"}
"""What has a form of its own that U+0000 does not fit: it is told what form."""


def sent(kind: Kind) -> dict[str, Any]:
    found = example(f"send_{kind}")
    assert found is not None
    copy: dict[str, Any] = json.loads(json.dumps(found))
    return copy


def texts(node: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where text stands."""
    if isinstance(node, str):
        yield place
    elif isinstance(node, dict | list):
        for name, one in node.items() if isinstance(node, dict) else enumerate(node):
            yield from texts(one, (*place, name))


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_is_written_as_it_was_sent(kind: Kind) -> None:
    form = KINDS[kind].form.model_validate(sent(kind))
    assert json.loads(form.written) == sent(kind)
    assert KINDS[kind].form.model_validate_json(form.written) == form


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_in_a_form_holds_u_0000(kind: Kind) -> None:
    for place in texts(sent(kind)):
        body = sent(kind)
        node: Any = body
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] += "\0"
        with pytest.raises(ValidationError) as refused:
            KINDS[kind].form.model_validate(body)
        [fault] = refused.value.errors()
        assert fault["loc"] == place
        assert fault["type"] in OWN_FORM or isinstance(fault["ctx"]["error"], Wrong)


def test_a_copy_of_a_form_is_written_as_it_is_and_not_as_what_it_was_made_of() -> None:
    form = KINDS[Kind.REFERRAL].form.model_validate(sent(Kind.REFERRAL))
    first = form.written, form.child.about()
    child = form.child.model_copy(update={"forename": "Somebody"})
    other = form.model_copy(update={"child": child})
    assert json.loads(other.written)["child"]["forename"] == child.about().child.forename == "Somebody"
    assert (form.written, form.child.about()) == first


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_of_a_child_is_what_validating_it_gives(kind: Kind) -> None:
    """It is copied with other values, and nobody validates those again."""
    form = KINDS[kind].form.model_validate(sent(kind))
    said = checked(form.child.about(), NOWHERE).child
    assert Child.model_validate(said.model_dump()) == said
    assert Child.model_validate_json(said.model_dump_json()) == said
    changes = {"upn": None, "addresses": said.addresses[:1]}
    assert said.but(**changes) == said.model_copy(update=changes)
    assert said.but(**changes).model_fields_set == said.model_copy(update=changes).model_fields_set
