"""The collaborators of the actions, one set per process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

from rasa_twin24.campaign import Campaign, CampaignSettings, Desk
from rasa_twin24.ledger import Ledger, LedgerSettings
from rasa_twin24.teaching.folder import PhraseFolder
from rasa_twin24.twin24 import Settings, Twin24


@dataclass(frozen=True)
class Office:
    """The action server's collaborators, one set per process."""

    ledger: Ledger
    campaign: Campaign
    settings: CampaignSettings
    phrases: PhraseFolder

    @classmethod
    async def from_env(cls, env: Mapping[str, str], ledger: Ledger | None = None) -> Office:
        """Open everything and take up what a crash left half done. Raises `ValueError` on a wrong setting."""
        kept = LedgerSettings.from_env(env)
        if ledger is None:
            ledger = Ledger(kept.url, owners=kept.owners, hash_key=kept.hash_key)
            await ledger.open()
        settings = CampaignSettings.from_env(env)
        desk = Desk(ledger, Twin24(Settings.from_env(env)), settings)
        office = cls.of(desk, PhraseFolder.within(kept.data_dir))
        office.campaign.keep_recovering()
        return office

    @classmethod
    def of(cls, desk: Desk, phrases: PhraseFolder) -> Office:
        return cls(desk.ledger, Campaign(desk), desk.settings, phrases)


class Collaborating:
    """Gets the office through the constructor, or, built bare by the SDK, the process's own."""

    _shared: asyncio.Future[Office] | None = None

    def __init__(self, office: Office | None = None) -> None:
        self._given = office

    @staticmethod
    def share(office: Office) -> None:
        """Give the process's office to actions that the SDK builds bare; call it inside the event loop."""
        Collaborating._shared = asyncio.get_running_loop().create_future()
        Collaborating._shared.set_result(office)

    async def office(self) -> Office:
        if self._given is not None:
            return self._given
        if Collaborating._shared is None:
            Collaborating._shared = asyncio.ensure_future(Office.from_env(os.environ))
        try:
            return await asyncio.shield(Collaborating._shared)
        except Exception:
            Collaborating._shared = None  # asked anew with the next message
            raise
