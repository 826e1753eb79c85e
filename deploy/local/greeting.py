"""What `make run` says when everything is ready: where it is, and three lines to try."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.services import SERVICES, urls

if TYPE_CHECKING:
    from deploy.local.supervisor import Supervisor

REFERRAL = {
    "referrer": {
        "kind": "school",
        "name": "Ottilie Marsh",
        "role": "attendance officer",
        "email": "office@harrowmere.example.org",
    },
    "child": {
        "forename": "Juniper",
        "surname": "Vale",
        "date_of_birth": "2015-03-09",
        "addresses": [{"lines": ["4 Mere Row", "Harrowmere"], "postcode": "ZZ99 1AA"}],
    },
    "school_urn": "990001",
    "home_la": "999",
    "on_roll": False,
    "reason": "whereabouts_unknown",
    "factors": [],
}
"""An invented child. Sent again, it is a second submission about the same child, and joins the same case."""


def show(supervisor: "Supervisor") -> None:
    where = urls(supervisor.ports)
    say = print
    say()
    for service in SERVICES:
        say(f"  {service:14} {where[service]}")
    say(
        f"  {'authority':14} http://127.0.0.1:{supervisor.ports['authority']}   tokens and business time of this machine, for invented data only"
    )
    say(f"  {'logs':14} {supervisor.state / 'logs'}")
    say(
        f"  {'data':14} {supervisor.state}" + (f" and {supervisor.home}" if supervisor.home != supervisor.state else "")
    )
    say(f"  {'environment':14} {supervisor.state / 'environment.json'}")
    say("\nTry, in another terminal in this folder:\n")
    for line in curl_lines(where, supervisor.state / "answer"):
        say(f"  {line}\n")
    say("ready", flush=True)


def curl_lines(where: dict[str, str], answer: Path) -> list[str]:
    """A school refers a child; it follows its referral, at the Location it was answered; a Lead Officer looks at the work list."""
    school, officer = (
        f'-H "Authorization: Bearer $(make -s token ROLE={role})"' for role in ("school", "lead_officer")
    )
    kept = shlex.quote(str(answer))
    send = (
        f"-D {kept} -H 'Content-Type: application/json' -H \"Idempotency-Key: $(date +%s)\" -d '{json.dumps(REFERRAL)}'"
    )
    location = f"$(sed -n 's/^[Ll]ocation: //p' {kept} | tr -d '\\r')"
    return [
        f"curl -sS {school} {send} {where['referrals']}/v1/referrals",
        f'curl -sS {school} "{where["referrals"]}{location}"',
        f"curl -sS {officer} {where['register']}/v1/cases",
    ]
