"""How often somebody may ask, and the headers that tell them before they are refused.

Counted in each process by itself: a brake, not a quota. A count shared by all processes would cost every request a
round trip; a sender is kept from taking a process for himself alone, and that is what it is for.
"""

from collections import Counter
from dataclasses import dataclass
from time import monotonic

from starlette.types import Scope

from cme_web.problems import Problem

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of somebody's minute, in the words of draft-ietf-httpapi-ratelimit-headers."""

    policy: str
    most: int
    left: int
    seconds: int
    """Until the count begins anew."""

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit`."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={MINUTE}',
            "RateLimit": f'"{self.policy}";r={self.left};t={self.seconds}',
        }


def tell(scope: Scope, allowance: Allowance) -> None:
    """Have the answer to this request say what is left."""
    scope.setdefault("state", {})["rate"] = allowance


def told(scope: Scope) -> dict[str, str]:
    """The headers that were asked for with `tell`."""
    allowance = scope.get("state", {}).get("rate")
    return allowance.headers if isinstance(allowance, Allowance) else {}


class Rate:
    """So many requests a minute from each of those who ask."""

    def __init__(self, policy: str, per_minute: int) -> None:
        self._policy, self._most, self._minute = policy, per_minute, 0
        self._seen: Counter[str] = Counter()

    def count(self, who: str) -> Allowance:
        """One request more. Raises `Problem` 429 once there were too many, with the headers that say so."""
        now = monotonic()
        if int(now // MINUTE) != self._minute:
            self._minute = int(now // MINUTE)
            self._seen.clear()
        self._seen[who] += 1
        wait = MINUTE - int(now % MINUTE)
        allowance = Allowance(self._policy, self._most, max(0, self._most - self._seen[who]), wait)
        if self._seen[who] > self._most:
            raise Problem(
                429,
                "too-many-requests",
                "Too many requests",
                "Wait as long as Retry-After says, in seconds, and make the request again.",
                headers=allowance.headers | {"Retry-After": str(wait)},
            )
        return allowance
