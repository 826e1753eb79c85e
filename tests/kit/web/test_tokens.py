"""Only the issuer's tokens, for us, in force; and as few questions to the issuer as will do."""

import time
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from cme_web.problems import Unwell
from cme_web.tokens import LEEWAY, REMEMBERED, Caller, InvalidToken, TokenChecker
from tests.kit.issuer import NAME, Issuer
from tests.support import eventually

NOW = int(time.time())


async def test_a_good_token_says_who_asks(issuer: Issuer, tokens: TokenChecker) -> None:
    caller = await tokens.caller(issuer.token("officer", "lead", urn="100000", partner_kind="health"))
    assert caller == Caller("someone", frozenset({"officer", "lead"}), "100000", "health")
    assert (await tokens.caller(issuer.token("officer"))).partner_kind is None
    assert caller.may("lead", "other")
    assert not caller.may("school")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://else.test"}, {"iss": None}, {"aud": "other"}, {"aud": None}, {"sub": None}, {"sub": ""},
        {"exp": NOW - 60}, {"exp": None}, {"nbf": NOW + 3600}, {"roles": 7}, {"exp": "tomorrow"},
    ],
)  # fmt: skip
async def test_a_token_that_is_not_for_us_now_is_refused(
    issuer: Issuer, tokens: TokenChecker, claims: dict[str, Any]
) -> None:
    with pytest.raises(InvalidToken):
        await tokens.caller(issuer.token("officer", **claims))


async def test_two_clocks_may_differ_a_little(issuer: Issuer, tokens: TokenChecker) -> None:
    assert await tokens.caller(issuer.token(exp=int(time.time()) - 20))
    assert await tokens.caller(issuer.token(nbf=int(time.time()) + 20, aud=["other", "cme"]))


async def test_a_token_signed_by_somebody_else_is_refused(issuer: Issuer, tokens: TokenChecker) -> None:
    forged = Issuer()
    with pytest.raises(InvalidToken):
        await tokens.caller(forged.token("officer"))


async def test_the_algorithm_is_ours_to_choose(issuer: Issuer, tokens: TokenChecker) -> None:
    claims = {"iss": NAME, "aud": "cme", "sub": "x", "exp": NOW + 600, "roles": ["officer"]}
    public_key = issuer.keys["k1"].as_pem(private=False)
    by_secret = jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(public_key.replace(b"-----", b"")))
    by_other_rsa = jwt.encode({"alg": "RS512", "kid": "k1"}, claims, issuer.keys["k1"], algorithms=["RS512"])
    unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ." + by_secret.split(".")[1] + "."
    for token in (by_secret, by_other_rsa, unsigned):
        with pytest.raises(InvalidToken):
            await tokens.caller(token)


@pytest.mark.parametrize(
    "rubbish", ["", "x", "a.b.c", "é.é.é", "." * 5000, "eyJhbGciOiJSUzI1NiJ9.e30.AA", "W1tb" * 2000 + ".e30.AA"]
)
async def test_rubbish_is_refused(tokens: TokenChecker, rubbish: str) -> None:
    with pytest.raises(InvalidToken):
        await tokens.caller(rubbish)


async def test_a_new_key_is_fetched_when_a_token_names_it(issuer: Issuer, tokens: TokenChecker) -> None:
    await tokens.caller(issuer.token())
    issuer.keys["k2"] = RSAKey.generate_key(2048)
    await tokens.caller(issuer.token(kid="k2"))
    await tokens.caller(issuer.token())
    assert issuer.asked == 2


async def test_invented_keys_do_not_make_us_ask_each_time(issuer: Issuer) -> None:
    tokens = TokenChecker(
        issuer=NAME, audience="cme", jwks_url="https://issuer.test/jwks", pause=3600,
        client=httpx2.AsyncClient(transport=issuer.transport),
    )  # fmt: skip
    await tokens.caller(issuer.token())
    for number in range(20):
        with pytest.raises(InvalidToken):
            await tokens.caller(issuer.token(header={"kid": f"invented-{number}"}))
    assert issuer.asked == 1


async def test_the_keys_we_have_serve_while_the_issuer_is_away(issuer: Issuer, tokens: TokenChecker) -> None:
    await tokens.caller(issuer.token())
    issuer.away = True
    assert await tokens.caller(issuer.token("officer"))
    with pytest.raises(InvalidToken):
        await tokens.caller(issuer.token(header={"kid": "unknown"}))
    assert await tokens.caller(issuer.token("officer"))


async def test_without_any_key_we_are_unwell_not_the_caller_wrong(issuer: Issuer, tokens: TokenChecker) -> None:
    issuer.away = True
    with pytest.raises(Unwell):
        await tokens.caller(issuer.token())


async def test_a_token_that_was_good_is_refused_once_it_has_expired(issuer: Issuer, tokens: TokenChecker) -> None:
    token = issuer.token("officer", exp=int(time.time()) - LEEWAY + 2)
    assert await tokens.caller(token)

    async def refused() -> bool:
        try:
            return not await tokens.caller(token)
        except InvalidToken:
            return True

    await eventually(refused, 10)


async def test_a_token_that_was_good_is_refused_once_its_key_is_another(issuer: Issuer, tokens: TokenChecker) -> None:
    token = issuer.token("officer")
    assert await tokens.caller(token) == await tokens.caller(token)
    issuer.keys |= {"k1": RSAKey.generate_key(2048), "k2": RSAKey.generate_key(2048)}
    await tokens.caller(issuer.token(kid="k2"))  # a key we do not know: all are fetched again
    with pytest.raises(InvalidToken):
        await tokens.caller(token)
    assert await tokens.caller(issuer.token("officer"))


async def test_many_tokens_are_checked_each_for_itself(issuer: Issuer, tokens: TokenChecker) -> None:
    tokens._checked = dict.fromkeys((b"%d" % number for number in range(REMEMBERED)), None)  # type: ignore[assignment]
    for sub in ("one", "another", "one"):
        assert (await tokens.caller(issuer.token(sub=sub))).subject == sub
    assert len(tokens._checked) <= REMEMBERED
