"""Callbacks prove themselves: by a Standard Webhooks signature, or by a secret of ours where a sender knows no better."""

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Protocol

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cme_web.problems import Problem


class BadSignature(Problem):
    """401: the callback is not from whom it says, is altered, or is too old."""

    def __init__(self, scheme: str) -> None:
        super().__init__(401, "bad-signature", "The signature does not hold", headers={"WWW-Authenticate": scheme})


class CallbackProof(Protocol):
    """How one sender proves itself. Given to `make_app(callbacks={"name": proof})`."""

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises `BadSignature`. `headers` are lower case."""


class StandardWebhooks:
    """Signatures by the Standard Webhooks rules; five minutes old at most.

    Several secrets: while a sender changes from one to the next, either is accepted. A replay within the five
    minutes passes here: record its `webhook-id` in the transaction of its effect.
    """

    def __init__(self, *secrets: str) -> None:
        if not secrets:
            raise ValueError("a callback needs a secret")
        self._webhooks: Sequence[Webhook] = [Webhook(secret) for secret in secrets]

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises `BadSignature`."""
        for webhook in self._webhooks:
            try:
                webhook.verify(body, dict(headers), json_parse=False)
            except (WebhookVerificationError, ValueError):  # a signature that is not base64 is a ValueError
                continue
            return
        raise BadSignature("Signature")


class SharedSecret:
    """A fixed bearer token we gave the sender, as GOV.UK Notify's callbacks carry."""

    def __init__(self, *secrets: str) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a callback needs a secret")
        self._accepted = [f"Bearer {secret}".encode() for secret in secrets]

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises `BadSignature`."""
        given = headers.get("authorization", "").encode()
        if not any(compare_digest(given, one) for one in self._accepted):
            raise BadSignature("Bearer")
