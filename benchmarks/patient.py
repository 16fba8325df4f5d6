"""This bot, but a turn waits for TWIN as long as it takes, instead of saying so and telling the end of it later.

For the benchmark of the webhooks: on a busy machine the sandbox, which shares it, is late, and a later answer has no
place in an order that could be checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rasa_twin24.campaign import CampaignSettings
from rasa_twin24.cli import main

PATIENCE = 120.0


def be_patient() -> None:
    from_env = CampaignSettings.from_env

    def patient(env: Mapping[str, str]) -> CampaignSettings:
        return replace(from_env(env), patience=PATIENCE)

    CampaignSettings.from_env = staticmethod(patient)  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    be_patient()
    main()
