"""The transaction a use case is given: one repository for each kind of thing this service keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import cme_identity
from cme_bus.database import Connection, Tx
from cme_bus.sealing import Keyring, NoKeyring
from cme_referrals.adapters.batches import PostgresBatches, PostgresToldChildren
from cme_referrals.adapters.chains import PostgresChains
from cme_referrals.adapters.challenges import PostgresChallenges
from cme_referrals.adapters.contact_links import PostgresContactLinks
from cme_referrals.adapters.counting import PostgresCounts
from cme_referrals.adapters.elsewhere import PostgresElsewhere
from cme_referrals.adapters.following import PostgresFollowing
from cme_referrals.adapters.kept_files import PostgresKeptFiles
from cme_referrals.adapters.punctuality import PostgresPunctuality
from cme_referrals.adapters.schools import PostgresSchools
from cme_referrals.adapters.submissions import PostgresSubmissions


class ReferralsTx(Tx):
    """What a use case of this service may do within one transaction."""

    def __init__(self, conn: Connection, source: str, keyring: Keyring | None = None) -> None:
        super().__init__(conn, source, keyring)
        self.submissions = PostgresSubmissions(conn, keyring or NoKeyring())
        self.following = PostgresFollowing(conn)
        self.schools = PostgresSchools(conn)
        self.challenges = PostgresChallenges(conn)
        self.punctuality = PostgresPunctuality(conn)
        self.counts = PostgresCounts(conn)
        self.elsewhere = PostgresElsewhere(conn)
        self.batches = PostgresBatches(conn, keyring or NoKeyring())
        self.kept = PostgresKeptFiles(conn, keyring or NoKeyring())
        self.contact_links = PostgresContactLinks(conn, keyring or NoKeyring())
        self.chains = PostgresChains(conn)
        self.told = PostgresToldChildren(conn)
        self.identity = PostgresIdentity(conn)


class PostgresIdentity:
    """Whose a chain of submissions is: kit/identity, on this transaction."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    async def child_of(self, subject: UUID) -> UUID | None:
        """See the port."""
        return await cme_identity.child_of(self._conn, subject)

    async def place(self, subject: UUID, child_id: UUID, *, at: datetime) -> None:
        """See the port."""
        await cme_identity.place(self._conn, subject, child_id, at=at)

    async def join(self, absorbed: UUID, surviving: UUID, *, at: datetime) -> None:
        """See the port."""
        await cme_identity.join(self._conn, absorbed, surviving, at=at)

    async def separate(self, from_child: UUID, restored_child: UUID, subjects: Sequence[UUID], *, at: datetime) -> None:
        """See the port."""
        await cme_identity.separate(self._conn, from_child, restored_child, subjects, at=at)
