"""What people do in the story, through the public HTTP APIs only."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from standardwebhooks import Webhook

from tests.story.business_time import Participant
from tests.story.child import invented_child
from tests.story.system import System
from tests.story.watcher import Watcher

SCHOOL = "990001"


@dataclass(slots=True)
class Story:
    """One child's case. Each method is a step; `expected.py` says what must follow from it."""

    system: System
    time: Participant
    watcher: Watcher
    child: dict[str, Any] = field(default_factory=invented_child)
    submissions: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    case_id: str = ""
    escalation_id: str = ""

    async def deletion_return(self) -> None:
        """The school deletes the pupil's name under ground (g); nobody has said where the child went."""
        today = (await self._now()).date().isoformat()
        body = {
            "school_urn": SCHOOL,
            "ground": "g",
            "evidence": {"distance_miles": 60},
            "deleted_on": today,
            "destination": None,
            "child": self.child,
        }
        self._received(await self.system.post("referrals", "/v1/deletion-returns", body, token=await self._school()))

    async def record_sent_on(self) -> None:
        """It gives the child's record to the Lost Pupil Database on the same day, in a file to no known school."""
        today = (await self._now()).date().isoformat()
        for path, said in (
            ("lost-pupil-records", {"uploaded_on": today}),
            ("transfer-files", {"sent_on": today, "destination_laestab": "XXXXXXX"}),
        ):
            body = {"school_urn": SCHOOL, "child": self.child, **said}
            self._received(await self.system.post("referrals", f"/v1/{path}", body, token=await self._school()))

    async def referral(self) -> None:
        """The same school refers the child with SR1a."""
        referrer = {
            "name": "Sam Invented",
            "role": "attendance officer",
            "email": "sam.invented@harrowmere.example.org",
        }
        body = {
            "referrer": referrer,
            "reason": "whereabouts_unknown",
            "school_urn": SCHOOL,
            "on_roll": False,
            "factors": ["homeless_or_refuge"],
            "child": self.child,
        }
        self._received(await self.system.post("referrals", "/v1/referrals", body, token=await self._school()))
        cases = await self.system.get(
            "register",
            f"/v1/cases?submission_id={self.submissions[0]}",
            token=await self.system.token("lead_officer"),
        )
        self.case_id = cases["items"][0]["case_id"]

    async def nobody_acts(self) -> None:
        """Safeguarding is looked at in time; of the investigation, the eighth working day begins: the warning."""
        await self._consider_what_waits()
        await self.time.wait_until(self._instant_of("cme.clock.started.v1", "warn_at", clock="INIT-10"))

    async def the_deadline_passes(self) -> None:
        await self.time.wait_until(self._instant_of("cme.clock.started.v1", "due_at", clock="INIT-10"))

    async def still_nobody_acts(self) -> None:
        """The second working day after the due day begins: the next rung of the ladder."""
        await self._consider_what_waits()
        page = await self.system.get("register", f"/v1/cases/{self.case_id}", token=await self._officer())
        clock = next(one for one in page["clocks"] if one["code"] == "INIT-10")
        [second] = [rung for rung in clock["ladder"] if rung["rung"] == 2]  # as the council's own days have it
        await self.time.wait_until(datetime.fromisoformat(second["at"]))

    async def escalation(self) -> None:
        """The Lead Officer refers the child to social care."""
        body = {
            "case_id": self.case_id,
            "factors": ["whereabouts_unknown", "homeless_or_refuge"],
            "consent": "not_sought",
        }
        body["consent_reason"] = "nobody can be reached"
        answer = await self.system.post("safeguarding", "/v1/escalations", body, token=await self._officer())
        self.escalation_id = answer["escalation_id"]

    async def acknowledgement(self) -> None:
        """Social care's own system calls back, with its own signature."""
        body = json.dumps({"their_reference": f"SC-{self.escalation_id[:8]}"})
        now, message = datetime.now(UTC), f"msg_{uuid4().hex}"
        signature = Webhook(self.system.social_care_secret).sign(message, now, body)
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        path = f"/v1/escalations/{self.escalation_id}/acknowledgement"
        await self.system.signed(
            "safeguarding",
            path,
            body,
            headers | {"content-type": "application/json"},
        )

    async def found(self) -> None:
        """A school elsewhere writes that the child is on its roll."""
        body = {"proof": "school_confirmed_in_writing"}
        await self.system.post(
            "register",
            f"/v1/cases/{self.case_id}/located",
            body,
            token=await self._officer(),
        )

    async def checks_waived(self) -> None:
        """Where the child is has been proven otherwise: the team manager decides that nobody else is asked."""
        manager = await self.system.token("team_manager")
        page = await self.system.get("register", f"/v1/cases/{self.case_id}/closure", token=manager)
        if checks := page["checks_to_settle"]:
            body = {"checks": checks, "reason": "found_otherwise"}
            await self.system.post("register", f"/v1/cases/{self.case_id}/waived-checks", body, token=manager)

    async def closure(self) -> None:
        """Its child is on another authority's roll: the Lead Officer proposes it, and the team manager agrees."""
        body = {
            "outcome": "on_roll_elsewhere",
            "proof": "school_confirmed_in_writing",
            "evidence": "the school's letter",
        }
        path = f"/v1/cases/{self.case_id}/closure"
        await self.system.post("register", path, body, token=await self._officer())
        await self.system.post("register", f"{path}/agreement", {}, token=await self.system.token("team_manager"))

    async def _consider_what_waits(self) -> None:
        """A person decides, in time, what safeguarding has put before them."""
        officer = await self._officer()
        page = await self.system.get(
            "safeguarding", f"/v1/considerations?undecided=true&case_id={self.case_id}", token=officer
        )
        for one in page["items"]:
            body = {"decision": "no_further_action", "reasons": ["Nothing is known but that nobody knows where she is"]}
            await self.system.post(
                "safeguarding", f"/v1/considerations/{one['consideration_id']}/decision", body, token=officer
            )

    def _received(self, answer: dict[str, Any]) -> None:
        self.submissions.append(answer["submission_id"])
        self.references.append(answer["reference"])

    def _instant_of(self, type_: str, member: str, **telling: object) -> datetime:
        return datetime.fromisoformat(self._value_of(type_, member, **telling))

    def _value_of(self, type_: str, member: str, **telling: object) -> str:
        for one in self.watcher.about(set(self.submissions)):
            if one.meta.type == type_ and all(one.value[name] == value for name, value in telling.items()):
                return str(one.value[member])
        message = f"no {type_} was seen"
        raise LookupError(message)

    async def _now(self) -> datetime:
        answer = await self.system.patiently("GET", f"{self.system.urls['authority']}/time", {})
        return datetime.fromisoformat(answer.json()["now"])

    async def _school(self) -> str:
        return await self.system.token("school", urn=SCHOOL)

    async def _officer(self) -> str:
        return await self.system.token("lead_officer")
