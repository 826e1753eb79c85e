"""What a record shows follows from its submissions alone: joined and separated in any order, it is what it was (policy 8)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cme_register.domain.blocking import keys
from cme_register.domain.details import Address, Details
from cme_register.domain.gathering import Given, by_record, shown_of, without

AT = datetime(2026, 11, 23, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)
NAMES, BIRTHS = ("Isolde", "Izzy", "Rowan"), (None, date(2016, 5, 4), date(2016, 4, 5))
UPNS, POSTCODES = (None, "W830200126001", "K830200126002"), ("ZZ99 1AB", "ZZ97 3CD")


@st.composite
def submissions(draw: st.DrawFn) -> list[Given]:
    """Of two records, some of them corrections of others, each received at an instant of its own."""
    made: list[Given] = []
    for number in range(draw(st.integers(2, 8))):
        record = ONE if number == 0 else OTHER if number == 1 else draw(st.sampled_from((ONE, OTHER)))
        chains = [one.first_id for one in made if one.record_id == record]
        id_ = UUID(int=100 + number)
        details = Details(
            draw(st.sampled_from(NAMES)), "Quillfeather", date_of_birth=draw(st.sampled_from(BIRTHS)),
            upn=draw(st.sampled_from(UPNS)), addresses=(Address(("1 Nowhere Lane",), draw(st.sampled_from(POSTCODES))),),
        )  # fmt: skip
        first = draw(st.sampled_from(chains)) if chains and draw(st.booleans()) else id_
        made.append(Given(id_, first, record, AT + timedelta(minutes=number), details))
    return made


@given(submissions(), st.randoms())
def test_in_whichever_order_they_were_heard_the_same_is_shown(sent: list[Given], chance: object) -> None:
    heard = list(sent)
    chance.shuffle(heard)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert shown_of(heard, ONE) == shown_of(sent, ONE)


@given(submissions())
def test_a_join_takes_nothing_of_either_and_a_separation_leaves_no_trace(sent: list[Given]) -> None:
    mine = by_record(sent)
    before = {record: shown_of(mine[record], record) for record in (ONE, OTHER)}
    joined = shown_of(sent, ONE)
    for record in (ONE, OTHER):
        assert set(before[record].addresses) <= set(joined.addresses)
        assert shown_of([one for one in sent if one.record_id == record], record) == before[record]
    assert joined.forename == before[ONE].forename  # who stays leads
    assert joined.upn in {before[ONE].upn, before[OTHER].upn}


@given(submissions())
def test_what_a_correction_takes_back_nobody_is_found_by(sent: list[Given]) -> None:
    own = by_record(sent)[ONE]
    last = {one.first_id: one for one in own}
    shown = shown_of(own, ONE)
    assert shown.upn in {one.details.upn for one in last.values()}
    assert keys(shown) == keys(replace(shown))
    assert {address.postcode for address in shown.addresses} == {
        address.postcode for one in last.values() for address in one.details.addresses
    }


def test_what_is_quarantined_is_not_shown() -> None:
    sent = Given(
        UUID(int=9), UUID(int=9), ONE, AT, Details("Isolde", "Quillfeather", upn=UPNS[1], nhs_number="9434765919")
    )
    kept = replace(sent, details=without(sent.details, ("upn",)))
    assert (shown_of([kept], ONE).upn, shown_of([kept], ONE).nhs_number) == (None, "9434765919")
