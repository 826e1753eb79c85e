"""Every route's template renders with what the route gives it, and with nothing about the child."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import cme_council
from cme_contracts.codes import SignOff
from cme_contracts.codes_intake import LinkPurpose
from cme_notifications.adapters.council import council_on
from cme_notifications.adapters.places import Places
from cme_notifications.adapters.routes import read_routes
from cme_notifications.adapters.templates import Templates
from cme_notifications.application.compose import ALWAYS, Composer, known_to
from cme_notifications.application.ports import Claimed, Letter, Message
from cme_notifications.application.tell import tell
from cme_notifications.domain.errors import BadTemplate, NoAddress
from cme_notifications.domain.messages import State
from cme_notifications.domain.recipients import Kind
from cme_notifications.domain.routing import Route, RoutingTable
from cme_notifications.domain.words import greeting, long_date
from tests.notifications import invented
from tests.notifications.invented import DUE, NOON, meta
from tests.notifications.unit.test_routing import FakeTx

TABLE = read_routes()
COUNCIL = cme_council.load(Path("deploy/local/county/council.toml"))
TEMPLATES = Templates(COUNCIL.label)


def token(purpose: str, subject: str, lasts: timedelta, *, one_time: bool = False, id_: UUID | None = None) -> str:
    return f"{purpose}.{subject}"


PLACES = Places(
    referrals="https://r.example.org",
    register="https://g.example.org",
    safeguarding="https://s.example.org",
    sign=token,
)
COMPOSER = Composer(TEMPLATES, lambda: council_on(COUNCIL, DUE), PLACES)


def claimed(message: Message | object, **options: object) -> Claimed:
    """The message with an address and all a sender would add."""
    fields = {
        name: getattr(message, name)
        for name in (
            "id",
            "cause",
            "template",
            "audience",
            "recipient",
            "about",
            "link",
            "facts",
            "urgent",
            "informs_referrer",
            "by_hand",
        )
    }
    person = fields["recipient"].kind is not Kind.PARTNER
    added = {
        "address": "ada@example.org" if person else None,
        "name": "Ada Example" if person else None,
        "reference": "CME-7K4P-2M9Q" if fields["recipient"].kind is Kind.SUBMISSION else None,
    }
    return Claimed(
        **(fields | added | options), claim=uuid4(), age=timedelta(), doubtful=False, state=State.SENDING, attempts=1
    )


async def letters() -> list[Letter]:
    """Every route's letter, from an example of its event."""
    written = []
    others = (
        invented.link_requested(LinkPurpose.FOLLOW),
        *invented.challenged_on_several(),
        invented.joint_decision(False),
        invented.closure_proposed(uuid4(), uuid4(), SignOff.SAFEGUARDING, SignOff.SECOND_OFFICER),
        invented.quarantined(uuid4(), referred=True),
    )
    for event in (*invented.one_of_each().values(), *others):
        tx = FakeTx(uuid4())
        await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
        written += [COMPOSER.compose(claimed(owed))[0] for owed in tx.owed]
    return written


def test_there_is_an_example_of_every_event_that_tells_somebody() -> None:
    assert set(invented.one_of_each()) == TABLE.events


async def test_every_routes_template_renders() -> None:
    assert {letter.template for letter in await letters()} == {route.template for route in TABLE}


def test_every_route_gives_its_template_what_it_asks_for_and_keeps_nothing_more() -> None:
    TEMPLATES.check(TABLE)
    for route in TABLE:
        assert set(route.fields) <= TEMPLATES.uses(route.template), route.event
        assert TEMPLATES.uses(route.template) <= known_to(route)


@pytest.mark.policy("10.3")
async def test_no_letter_says_who_the_child_is_or_what_is_feared() -> None:
    for letter in await letters():
        text = letter.subject + letter.body
        assert not any(word in text for word in ("Canary", "X999000000000", "fgm", "on_roll_in_county", "missing\n"))
        assert "https://" in text


async def test_every_letter_reads_as_finished_text() -> None:
    for letter in await letters():
        assert letter.body.endswith("\n") and "\n\n\n" not in letter.body
        assert letter.subject and "\n" not in letter.subject
        assert "{{" not in letter.body and "None" not in letter.body + letter.subject


async def test_the_referrers_letter_has_the_reference_and_a_link_of_its_own() -> None:
    event = invented.referrer_named()
    tx = FakeTx()
    await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    letter, version = COMPOSER.compose(claimed(tx.owed[0]))
    assert letter.subject == "We have received your referral CME-7K4P-2M9Q"
    assert letter.body.startswith("Dear Ada Example\n")
    assert f"https://r.example.org/v1/progress/progress.{event.submission_id}\n" in letter.body
    team = COUNCIL.contact("cme_team", DUE)
    assert letter.body.endswith(f"{team.name}\n{team.email}\n{team.telephone}\n")
    assert version == 1


async def test_a_clock_is_called_what_officers_call_it() -> None:
    event = invented.warned(uuid4(), uuid4(), uuid4())
    tx = FakeTx()
    await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    letter, _ = COMPOSER.compose(claimed(tx.owed[0]))
    assert COUNCIL.label("clock", "INIT-10") in letter.body and "INIT-10" not in letter.body
    assert "Monday 7 December 2026" in letter.body


async def test_social_care_without_a_mailbox_is_not_written_to() -> None:
    shipped = cme_council.load(Path("deploy/council.toml"))
    event, tx = invented.escalated(uuid4()), FakeTx()
    await tell(tx, TABLE, event, meta(event), at=NOON)  # type: ignore[arg-type]
    letter, _ = COMPOSER.compose(claimed(tx.owed[0]))
    assert letter.address == COUNCIL.contact("social_care", DUE).email
    with pytest.raises(NoAddress):
        Composer(TEMPLATES, lambda: council_on(shipped, DUE), PLACES).compose(claimed(tx.owed[0]))


def _route(template: str) -> RoutingTable:
    (row,) = TABLE.on(DUE, "cme.lead-officer.assigned.v1")
    return RoutingTable(
        [
            Route(
                event=row.event,
                tells=row.tells,
                template=template,
                link=row.link,
                valid_from=row.valid_from,
                because=row.because,
            )
        ]
    )


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"other.1.txt": "Subject: x\n"}, "there is no template wanted"),
        ({"wanted.1.txt": "Subject: x\n{{ childs_name }}"}, "asks for childs_name"),
        ({"wanted.1.txt": "x\n"}, "does not begin with 'Subject: '"),
        ({"wanted.txt": "Subject: x\n"}, "is not named"),
    ],
)
def test_a_template_that_cannot_be_written_stops_the_start(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(BadTemplate, match=fault):
        Templates(COUNCIL.label, tmp_path).check(_route("wanted"))


def test_the_newest_wording_is_used_and_the_old_one_stays(tmp_path: Path) -> None:
    for version in (1, 2, 10):
        (tmp_path / f"wanted.{version}.txt").write_text(f"Subject: version {version}\nText")
    assert Templates(COUNCIL.label, tmp_path).write("wanted", {}) == (10, "version 10", "Text\n")


def test_what_every_template_may_use_is_given_to_every_template() -> None:
    assert {"greeting", "link", "council"} == ALWAYS


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 7), "Monday 7 December 2026"),
        (date(2028, 2, 29), "Tuesday 29 February 2028"),
        (date(2027, 1, 3), "Sunday 3 January 2027"),
    ],
)
def test_dates_are_written_as_people_write_them(day: date, words: str) -> None:
    assert long_date(day) == words


@pytest.mark.parametrize("name", ["Ada Example", "Zoë O’Example-Smith", "  Ada   Example ", "Dr. A. Example", "Ирина"])
def test_a_name_is_greeted(name: str) -> None:
    assert greeting(name) == f"Dear {' '.join(name.split())}"


@pytest.mark.parametrize(
    "name",
    [None, "", " ", "win at https://example.org", "Ada <b>", "Call 01632 960000", "a@example.org", "A" * 61, "# Ada"],
)
def test_what_does_not_read_as_a_name_is_not_sent_in_the_councils_name(name: str | None) -> None:
    assert greeting(name) == "Hello"
