"""A process of its own that takes up what is half done: `python -m tests.campaign.process LEDGER IAM CIS`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

import structlog

from rasa_twin24.campaign import Campaign, Desk
from rasa_twin24.ledger import Ledger
from rasa_twin24.sandbox import LOGIN, PASSWORD
from rasa_twin24.twin24 import Settings, Twin24
from tests.campaign.conftest import OWNERS, SETTINGS

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


async def main(url: str, iam: str, cis: str) -> None:
    ledger = Ledger(url, owners=OWNERS)
    async with Twin24(Settings(email=LOGIN, password=PASSWORD, iam_url=iam, cis_url=cis)) as twin:
        await twin.auth.sign_in()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        campaign = Campaign(Desk(ledger, twin, replace(SETTINGS, patience=30)))
        await campaign.recover()
        await asyncio.sleep(1.5)  # one works, the other waits for its lease
        await campaign.close()
    await ledger.close()


asyncio.run(main(*sys.argv[1:]))
