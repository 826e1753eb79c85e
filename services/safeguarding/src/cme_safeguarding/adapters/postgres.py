"""This service's transaction: its repositories on PostgreSQL."""

from __future__ import annotations

from functools import cached_property

from cme_bus.database import Tx
from cme_safeguarding.adapters.cases import PostgresCases
from cme_safeguarding.adapters.clocks import PostgresClocks
from cme_safeguarding.adapters.confidential import PostgresConfidential
from cme_safeguarding.adapters.considerations import PostgresConsiderations
from cme_safeguarding.adapters.encompass import PostgresEncompass
from cme_safeguarding.adapters.escalations import PostgresConcerns, PostgresEscalations
from cme_safeguarding.adapters.files import PostgresFiles
from cme_safeguarding.adapters.markers import PostgresEpisodes, PostgresMarkers
from cme_safeguarding.adapters.records import PostgresAccesses, PostgresChronology
from cme_safeguarding.adapters.requests import PostgresRequests
from cme_safeguarding.adapters.submissions import PostgresFactors, PostgresSubmissions
from cme_timers import Timers


class SafeguardingTx(Tx):
    """Satisfies `application.ports.Transaction`."""

    @cached_property
    def files(self) -> PostgresFiles:
        return PostgresFiles(self.conn)

    @cached_property
    def submissions(self) -> PostgresSubmissions:
        return PostgresSubmissions(self.conn, self._keyring)

    @cached_property
    def confidential(self) -> PostgresConfidential:
        return PostgresConfidential(self.conn, self._keyring)

    @cached_property
    def encompass(self) -> PostgresEncompass:
        return PostgresEncompass(self.conn, self._keyring)

    @cached_property
    def factors(self) -> PostgresFactors:
        return PostgresFactors(self.conn)

    @cached_property
    def cases(self) -> PostgresCases:
        return PostgresCases(self.conn)

    @cached_property
    def considerations(self) -> PostgresConsiderations:
        return PostgresConsiderations(self.conn)

    @cached_property
    def clocks(self) -> PostgresClocks:
        return PostgresClocks(self.conn)

    @cached_property
    def markers(self) -> PostgresMarkers:
        return PostgresMarkers(self.conn)

    @cached_property
    def episodes(self) -> PostgresEpisodes:
        return PostgresEpisodes(self.conn)

    @cached_property
    def requests(self) -> PostgresRequests:
        return PostgresRequests(self.conn, self._keyring)

    @cached_property
    def concerns(self) -> PostgresConcerns:
        return PostgresConcerns(self.conn)

    @cached_property
    def escalations(self) -> PostgresEscalations:
        return PostgresEscalations(self.conn)

    @cached_property
    def chronology(self) -> PostgresChronology:
        return PostgresChronology(self.conn)

    @cached_property
    def accesses(self) -> PostgresAccesses:
        return PostgresAccesses(self.conn)

    @cached_property
    def timers(self) -> Timers:
        return Timers(self.conn)
