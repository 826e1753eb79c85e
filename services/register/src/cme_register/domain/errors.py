"""What the register refuses, and under which name."""

from __future__ import annotations

from typing import ClassVar


class RegisterError(Exception):
    """A move the rules do not allow. `code` is stable: callers may rely on it. The text names ids only, never a child."""

    code: ClassVar[str]


class NotOnRegister(RegisterError):
    """There is no such case, child or officer here."""

    code = "not-on-register"
