"""What is marked confidential is apart from the moment a form is read, and two mentions of one place still meet."""

from typing import Any

import pytest

from cme_contracts.people import Child
from cme_referrals.adapters.blinding import ADDRESSES
from cme_referrals.application.confidential import blinded
from cme_referrals.application.telling import child_tokens
from cme_referrals.domain.address_token import same_address
from cme_referrals.domain.confidential import without_confidential
from cme_referrals.entrypoints import people
from cme_web.blinding import Blinding

BLINDS = Blinding(["no secret at all but long enough for one"], ADDRESSES)
REFUGE: dict[str, Any] = {"lines": ["4 Hidden Row", "Fallowmere"], "postcode": "ZZ99 7QX", "kind": "new"}
OLD: dict[str, Any] = {"lines": ["1 Invented Lane"], "postcode": "ZZ99 3WZ", "kind": "previous"}
MOTHER: dict[str, Any] = {"name": "Ash Quillfeather", "telephones": ["01632 960123"], "email": "ash@hidden.example.org"}


def child(*addresses: dict[str, Any], forename: str = "Juniper", **more: Any) -> people.Child:
    born = {"forename": forename, "surname": "Quillfeather", "date_of_birth": "2015-03-09"}
    return people.Child.model_validate(born | {"addresses": addresses} | more)


def told(sent: people.Child) -> Child:
    return blinded(sent.about(), BLINDS)[0]


@pytest.mark.policy("10.3")
def test_the_rest_of_the_system_is_told_that_safeguarding_has_it_and_nothing_of_it() -> None:
    sent = child(REFUGE | {"confidential": True}, OLD, parents=[MOTHER | {"confidential": True}])
    known, withheld = blinded(sent.about(), BLINDS)
    held, old = known.addresses
    assert (held.held_by_safeguarding, held.kind, held.lines, held.postcode) == (True, "new", (), None)
    assert (old.held_by_safeguarding, old.postcode, old.token) == (False, "ZZ99 3WZ", None)
    assert (known.parents[0].name, known.parents[0].telephones, known.parents[0].email) == (MOTHER["name"], (), None)
    assert "Hidden" not in known.model_dump_json() and "7QX" not in known.model_dump_json()
    assert "960123" not in known.model_dump_json() and "hidden.example" not in known.model_dump_json()
    [given] = withheld.addresses
    assert (given.lines, given.postcode, given.token) == (tuple(REFUGE["lines"]), "ZZ99 7QX", held.token)
    assert withheld.parents[0].telephones == ("01632 960123",)


def test_one_child_at_one_place_meets_itself_whether_the_place_is_held_or_not() -> None:
    held, open_ = told(child(REFUGE | {"confidential": True})), told(child(OLD, REFUGE | {"postcode": "zz997qx"}))
    assert held.addresses[0].found_by and held.addresses[0].found_by == open_.addresses[1].found_by
    assert held.addresses[0].found_by != open_.addresses[0].found_by


def test_two_children_at_one_held_place_share_its_token_and_nothing_that_finds_them() -> None:
    one, other = (told(child(REFUGE | {"confidential": True}, forename=name)).addresses[0] for name in ("Ivo", "Una"))
    assert one.token and one.token == other.token
    assert set(one.found_by).isdisjoint(other.found_by)


def test_an_address_in_the_clear_has_no_token_that_would_say_where_a_held_one_is() -> None:
    held, open_ = told(child(REFUGE | {"confidential": True}, forename="Ivo")), told(child(REFUGE))
    written = open_.model_dump_json()
    assert held.addresses[0].token not in written
    assert all(token not in written for token in held.addresses[0].found_by)


def test_tokens_say_nothing_without_the_secret() -> None:
    other = Blinding(["another secret that is also long enough"], ADDRESSES)
    sent = child(REFUGE | {"confidential": True}).about()
    ours, theirs = blinded(sent, BLINDS)[0].addresses[0], blinded(sent, other)[0].addresses[0]
    assert ours.token != theirs.token and ours.found_by != theirs.found_by


def test_whoever_told_us_of_a_child_is_known_again_with_the_mark_or_without() -> None:
    marked, plain = child(REFUGE | {"confidential": True}, OLD).about(), child(REFUGE, OLD).about()
    assert child_tokens(BLINDS, "urn:990001", marked) == child_tokens(BLINDS, "urn:990001", plain) is not None


def test_a_mark_on_nothing_holds_nothing() -> None:
    known, withheld = blinded(
        child({"confidential": True}, parents=[{"name": "Ash", "confidential": True}]).about(), BLINDS
    )
    assert not known.addresses[0].held_by_safeguarding and not known.parents[0].held_by_safeguarding
    assert not withheld.addresses and not withheld.parents


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((["Flat 2", "4 Hidden Row"], "ZZ99 7QX", None), (["4 Hidden Rd., flat 2"], "zz997qx", None), True),
        ((["4 Hidden Row", "ZZ99 7QX"], "ZZ99 7QX", None), (["4, Hidden Row", "Fallowmere"], "ZZ99 7QX", "12"), True),
        ((["4 Hidden Row"], "ZZ99 7QX", None), (["6 Hidden Row"], "ZZ99 7QX", None), False),
        ((["Rosé Cottage"], "ZZ99 7QX", None), (["ROSE COTTAGE", "Hill"], "ZZ99 7QX", None), True),
        ((["4 Hidden Row"], None, None), (["4, hidden row"], None, "7"), True),
        (([], None, "000012"), ([], None, "12"), True),
        (([], None, None), ([" "], "", None), True),
    ],
)
def test_one_address_written_two_ways(one: Any, other: Any, same: bool) -> None:
    assert (same_address(*one) == same_address(*other)) is same


def test_a_form_that_others_read_is_without_it_wherever_it_stands() -> None:
    form = {
        "siblings": [{"child": {"addresses": [REFUGE | {"confidential": True}, OLD]}}],
        "school_urn": "990001",
        "more": "They are at 4, hidden ROW",
    }
    shown = without_confidential("referral", form)
    assert shown["siblings"][0]["child"]["addresses"] == [
        {"kind": "new", "confidential": True, "held_by_safeguarding": True},
        OLD,
    ]
    assert (
        without_confidential("referral", form | {"attachments": [{"title": "A letter"}]})["attachments"]
        == shown["more"]
    )
    assert without_confidential("referral", {"attachments": []}) == {"attachments": []}
    assert (shown["school_urn"], shown["more"]) == ("990001", "held by safeguarding")
