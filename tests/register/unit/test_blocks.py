"""Whom a batch is looked for among itself: no more than the tables would give, and the likeliest of them."""

from uuid import UUID

from cme_register.domain.blocks import BLOCK, CANDIDATES, Blocks

SURNAME, UPN, POSTCODE = 1, 2, 3


def record(number: int) -> UUID:
    return UUID(int=number)


def test_a_key_that_too_many_share_is_passed_over_and_the_others_are_not() -> None:
    blocks = Blocks(full=())
    for number in range(BLOCK):
        blocks.put({SURNAME}, record(number))
    blocks.put({UPN}, record(7))
    assert len(blocks.likeliest({SURNAME, UPN})) == BLOCK
    blocks.put({SURNAME}, record(BLOCK))
    assert blocks.likeliest({SURNAME, UPN}) == [record(7)]


def test_a_key_that_is_full_in_the_tables_finds_nobody_of_the_batch() -> None:
    blocks = Blocks(full={SURNAME})
    blocks.put({SURNAME, UPN}, record(1))
    blocks.put({SURNAME}, record(2))
    assert blocks.likeliest({SURNAME}) == []
    assert blocks.likeliest({SURNAME, UPN}) == [record(1)]


def test_of_more_than_are_compared_those_are_who_share_what_few_have() -> None:
    blocks = Blocks(full=())
    for number in range(CANDIDATES):
        blocks.put({SURNAME if number % 2 else POSTCODE}, record(number))
    twin = record(CANDIDATES)
    blocks.put({UPN}, twin)
    found = blocks.likeliest({SURNAME, POSTCODE, UPN})
    assert (found[0], len(found)) == (twin, CANDIDATES)
