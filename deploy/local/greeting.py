"""What `make run` says when everything is ready: where it is, and three lines to try."""

import json
from typing import TYPE_CHECKING

from deploy.local.services import SERVICES, urls

if TYPE_CHECKING:
    from deploy.local.supervisor import Supervisor

REFERRAL = {
    "child": {
        "forename": "Juniper",
        "surname": "Vale",
        "date_of_birth": "2015-03-09",
    },
}


def show(supervisor: "Supervisor") -> None:
    where = urls(supervisor.ports)
    say = print
    say()
    for service in SERVICES:
        say(f"  {service:14} {where[service]}")
    say(f"  {'authority':14} http://127.0.0.1:{supervisor.ports['authority']}   tokens and business time of this machine, for invented data only")
    say(f"  {'logs':14} {supervisor.state / 'logs'}")
    say(f"  {'data':14} {supervisor.state}" + (f" and {supervisor.home}" if supervisor.home != supervisor.state else ""))
    say(f"  {'environment':14} {supervisor.state / 'environment.json'}")
    say("\nTry, in another terminal in this folder:\n")
    for line in curl_lines(where):
        say(f"  {line}\n")
    say("ready", flush=True)


def curl_lines(where: dict[str, str]) -> list[str]:
    """A school refers a child; the school follows its referral; a Lead Officer looks at the work list."""
    school, officer = 'Authorization: Bearer $(make -s token ROLE=school)', 'Authorization: Bearer $(make -s token ROLE=lead_officer)'
    body = json.dumps(REFERRAL)
    return [
        f"curl -i -H \"{school}\" -H 'Content-Type: application/json' -H \"Idempotency-Key: $(date +%s)\" -d '{body}' {where['referrals']}/v1/referrals",
        f"curl -H \"{school}\" {where['referrals']}/v1/submissions   # or the Location that the first line answered",
        f"curl -H \"{officer}\" {where['register']}/v1/cases",
    ]
