"""The story as it must come: each step, and every event it causes, with what caused it.

Within a step the events of one stream come in the order written here; the messages of a step are sent side by
side, so their order among each other is free. Anything missing, and anything more, is a fault.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Expected:
    """One event. `cause` is the label of the event that caused it; None where a person or the time did."""

    label: str
    type: str
    cause: str | None
    detail: tuple[tuple[str, object], ...] = ()
    """Fields that tell this event from another of its type."""


def event(label: str, type_: str, cause: str | None = None, **detail: object) -> Expected:
    return Expected(label, type_, cause, tuple(sorted(detail.items())))


def message(template: str, audience: str, cause: str) -> Expected:
    return event(
        f"message {template} to {audience} for {cause}",
        "cme.message.sent.v1",
        cause,
        template=template,
        audience=audience,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does, or the time does, and all that follows from it."""

    name: str
    said: str
    events: tuple[Expected, ...]

    def without_events(self) -> "Step":
        """The same step with nothing more expected."""
        return replace(self, events=())


OPENED = (
    event("matched", "cme.submission.matched.v1", "pupil deleted", new_record=True),
    event("opened", "cme.case.opened.v1", "pupil deleted", kind="cme", category="missing"),
    event("assigned", "cme.lead-officer.assigned.v1", "pupil deleted"),
    event("investigation due", "cme.clock.started.v1", "pupil deleted", clock="INIT-10"),
    event("first review due", "cme.clock.started.v1", "pupil deleted", clock="REVIEW-M1"),
    event("manager's review due", "cme.clock.started.v1", "pupil deleted", clock="REVIEW-MANAGER"),
    event("long after so many weeks", "cme.clock.started.v1", "pupil deleted", clock="LONG"),
    event("upload due", "cme.clock.started.v1", "pupil deleted", clock="LPD"),
    event("transfer file due", "cme.clock.started.v1", "pupil deleted", clock="CTF"),
    event("missing in law", "cme.status.changed.v1", "pupil deleted", status="missing"),
)

MANDATORY = (
    "education_database", "admissions", "home_education", "lost_pupil_database", "last_school", "social_care",
    "public_health_nursing", "council_tax", "neighbouring_authorities", "home_visit",
)  # fmt: skip
"""The checks that the case of a missing child must have."""

STEPS: tuple[Step, ...] = (
    Step(
        "deletion_return",
        "A school deletes a pupil's name from its admission register. Nobody has said where the child went.",
        (
            event(
                "pupil deleted",
                "cme.pupil.deleted.v1",
                ground="g",
                destination_known=False,
            ),
            *OPENED,
            event(
                "considered",
                "cme.case.considered.v1",
                "opened",
                recommendation="consider",
            ),
            message("return-received", "school", "pupil deleted"),
            message("case-assigned", "lead_officer", "assigned"),
        ),
    ),
    Step(
        "record_sent_on",
        "The school gives the child's record to the Lost Pupil Database, and says so.",
        (
            event("uploaded", "cme.lost-pupil.recorded.v1"),
            event("upload matched", "cme.submission.matched.v1", "uploaded", new_record=False),
            event("uploaded in time", "cme.clock.satisfied.v1", "uploaded", clock="LPD", on_time=True),
            event("file sent", "cme.transfer-file.sent.v1", destination="XXXXXXX"),
            event("file matched", "cme.submission.matched.v1", "file sent", new_record=False),
            event("sent in time", "cme.clock.satisfied.v1", "file sent", clock="CTF", on_time=True),
        ),
    ),
    Step(
        "referral",
        "The school refers the child to the council.",
        (
            event("referrer named", "cme.referrer.named.v1"),
            event("referral raised", "cme.referral.raised.v1", on_roll=False),
            event(
                "matched again",
                "cme.submission.matched.v1",
                "referral raised",
                new_record=False,
            ),
            event("linked", "cme.duplicate.linked.v1", "referral raised"),
            event(
                "considered again",
                "cme.case.considered.v1",
                "linked",
                prompted_by="cme.duplicate.linked.v1",
            ),
            message("referral-received", "referrer", "referrer named"),
        ),
    ),
    Step(
        "nobody_acts",
        "The eighth working day begins.",
        (
            event("warned", "cme.clock.warned.v1", "pupil deleted", clock="INIT-10"),
            message("deadline-near", "lead_officer", "warned"),
        ),
    ),
    Step(
        "the_deadline_passes",
        "The tenth working day ends, and nobody has found out where the child is.",
        (
            event(
                "breached",
                "cme.deadline.breached.v1",
                "pupil deleted",
                clock="INIT-10",
                detected_late_by=0,
            ),
            event("rated", "cme.risk.rated.v1", "pupil deleted", rating="red"),
            event(
                "considered for the breach",
                "cme.case.considered.v1",
                "breached",
                recommendation="consider",
            ),
            message("deadline-passed", "lead_officer", "breached"),
            message("deadline-passed", "management", "breached"),
        ),
    ),
    Step(
        "still_nobody_acts",
        "The second working day after it begins.",
        (
            event("up the ladder", "cme.deadline.escalated.v1", "pupil deleted", rung=2),
            message("deadline-still-missed", "management", "up the ladder"),
        ),
    ),
    Step(
        "escalation",
        "The Lead Officer refers the child to children's social care.",
        (
            event("escalated", "cme.social-care.escalated.v1", to_be_confirmed=False),
            message("escalation", "partner", "escalated"),
        ),
    ),
    Step(
        "acknowledgement",
        "Social care's system acknowledges.",
        (
            event("acknowledged", "cme.social-care.acknowledged.v1", on_time=True),
            message("escalation-acknowledged", "lead_officer", "acknowledged"),
        ),
    ),
    Step(
        "found",
        "A school in another county writes that the child is on its roll.",
        (
            event("located", "cme.child.located.v1", proof="school_confirmed_in_writing"),
            event(
                "investigated late",
                "cme.clock.satisfied.v1",
                clock="INIT-10",
                on_time=False,
            ),
            event("no review", "cme.clock.cancelled.v1", clock="REVIEW-M1"),
            event("no manager's review", "cme.clock.cancelled.v1", clock="REVIEW-MANAGER"),
            event("next look due", "cme.clock.started.v1", clock="REVIEW"),
        ),
    ),
    Step(
        "checks_waived",
        "The child is found: the team manager decides that the other bodies are not asked.",
        tuple(event(f"{check} not asked", "cme.check.waived.v1", check=check) for check in MANDATORY),
    ),
    Step(
        "closure",
        "The Lead Officer says how the case ends, with the proof, and the team manager agrees.",
        (
            event("proposed", "cme.closure.proposed.v1", outcome="on_roll_elsewhere"),
            event("agreement due", "cme.clock.started.v1", clock="CLOSURE"),
            *(
                event(
                    f"{who} asked to agree",
                    "cme.message.sent.v1",
                    "proposed",
                    template="closure-second-officer",
                    audience=audience,
                )
                for who, audience in (
                    *((f"Lead Officer {n}", "lead_officer") for n in (1, 2, 3)),
                    ("the manager", "management"),
                )
            ),
            event("agreed", "cme.closure.signed-off.v1", sign_off="second_officer"),
            event("agreed in time", "cme.clock.satisfied.v1", clock="CLOSURE", on_time=True),
            event("closed", "cme.case.closed.v1", outcome="on_roll_elsewhere"),
            event("looked at for the last time", "cme.clock.satisfied.v1", clock="REVIEW", on_time=True),
            event("not long", "cme.clock.cancelled.v1", clock="LONG"),
            event("telling due", "cme.clock.started.v1", clock="OUTCOME"),
            event("receiving education", "cme.status.changed.v1", status="receiving_education"),
            event(
                "outcome to the first",
                "cme.message.sent.v1",
                "closed",
                template="outcome",
                audience="referrer",
            ),
            event(
                "outcome to the last",
                "cme.message.sent.v1",
                "closed",
                template="outcome",
                audience="referrer",
            ),
            event("first informed", "cme.referrer.informed.v1", "closed"),
            event("last informed", "cme.referrer.informed.v1", "closed"),
            event(
                "told in time",
                "cme.clock.satisfied.v1",
                "last informed",
                clock="OUTCOME",
                on_time=True,
            ),
        ),
    ),
)
