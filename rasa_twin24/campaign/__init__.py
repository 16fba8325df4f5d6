"""The work that spends money: create a task, fill it, start it, watch it, recover what a crash left half done."""

from __future__ import annotations

from rasa_twin24.campaign.campaign import Campaign
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.plan import Plan
from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.campaign.watch import Watch

__all__ = ["Campaign", "CampaignSettings", "Desk", "Outcome", "Plan", "Watch"]
