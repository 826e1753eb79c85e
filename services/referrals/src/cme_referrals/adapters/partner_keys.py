"""The keys that the council gave to those who send forms over Kafka. A key's name says whose it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cme_bus.sealing import Key, Keyring


class WithPartners:
    """A service's own ring, which seals, with the partners' beside it, which only open."""

    def __init__(self, own: Keyring, partners: Keyring) -> None:
        self._own, self._partners = own, partners

    async def for_sealing(self, subjects: Collection[str]) -> Mapping[str, Key]:
        """See `Keyring`."""
        return await self._own.for_sealing(subjects)

    async def for_opening(self, kids: Collection[str]) -> Mapping[str, Key]:
        """See `Keyring`."""
        return dict(await self._partners.for_opening(kids)) | dict(await self._own.for_opening(kids))
