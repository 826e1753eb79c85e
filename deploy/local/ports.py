"""Which ports the local run uses, and whether one is free."""

import os
import socket

from deploy.local.failure import Failure

BASE = 8100
OFFSETS = {
    "authority": 0,
    "referrals": 1,
    "register": 2,
    "safeguarding": 3,
    "notifications": 4,
    "referrals-worker": 11,
    "register-worker": 12,
    "safeguarding-worker": 13,
    "notifications-worker": 14,
    "postgres": 32,
    "kafka": 92,
    "kafka-controller": 93,
}


def ports() -> dict[str, int]:
    """All the ports, moved together by CME_LOCAL_PORTS so that two checkouts can run side by side."""
    told = os.environ.get("CME_LOCAL_PORTS", str(BASE))
    if not told.isdecimal() or not 1024 <= int(told) <= 65000:
        message = f"CME_LOCAL_PORTS is the first of the ports, a number from 1024 to 65000, not {told!r}."
        raise Failure(message)
    return {name: int(told) + offset for name, offset in OFFSETS.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def must_be_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            message = f"Port {port}, which {name} needs, is in use: stop what uses it, or set CME_LOCAL_PORTS to move all the ports."
            raise Failure(message) from None
