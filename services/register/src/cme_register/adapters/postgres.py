"""The register's transaction: its own tables, its timers, and the outbox, together or not at all."""

from __future__ import annotations

from cme_bus.database import Connection, Tx
from cme_bus.sealing import Keyring
from cme_register.adapters.calendars import PgCalendars
from cme_register.adapters.cases import PgCases
from cme_register.adapters.children import PgChildren
from cme_register.adapters.chronology import PgChronology
from cme_register.adapters.clocks import PgClocks
from cme_register.adapters.closures import PgClosures
from cme_register.adapters.cohorts import PgCohorts
from cme_register.adapters.handovers import PgHandovers
from cme_register.adapters.importing import PgImporting
from cme_register.adapters.joint_enquiries import PgJointEnquiries
from cme_register.adapters.matching import PgMatching
from cme_register.adapters.moving import PgMoving
from cme_register.adapters.officers import PgOfficers
from cme_register.adapters.owners import PgOwners
from cme_register.adapters.placements import PgPlacements
from cme_register.adapters.recorded import PgRecorded
from cme_register.adapters.recounting import PgRecounting
from cme_register.adapters.reviews import PgReviews
from cme_register.adapters.status import PgAgeWatches, PgHomeEducation, PgStatuses
from cme_register.adapters.submissions import PgSubmissions
from cme_register.adapters.work import PgWork
from cme_timers import Timers


class RegisterTx(Tx):
    """See `application.ports.Transaction`."""

    def __init__(self, conn: Connection, source: str, keyring: Keyring | None = None) -> None:
        super().__init__(conn, source, keyring)
        self.children = PgChildren(conn)
        self.submissions = PgSubmissions(conn)
        self.cases = PgCases(conn)
        self.clocks = PgClocks(conn)
        self.timers = Timers(conn)
        self.officers = PgOfficers(conn)
        self.owners = PgOwners(conn)
        self.closures = PgClosures(conn)
        self.chronology = PgChronology(conn)
        self.recorded = PgRecorded(conn)
        self.calendars = PgCalendars(conn)
        self.recounting = PgRecounting(conn)
        self.importing = PgImporting(conn)
        self.joint_enquiries = PgJointEnquiries(conn)
        self.handovers = PgHandovers(conn)
        self.matching = PgMatching(conn)
        self.reviews = PgReviews(conn)
        self.moving = PgMoving(conn)
        self.work = PgWork(conn)
        self.statuses = PgStatuses(conn)
        self.age_watches = PgAgeWatches(conn)
        self.home_education = PgHomeEducation(conn)
        self.placements = PgPlacements(conn)
        self.cohorts = PgCohorts(conn)
