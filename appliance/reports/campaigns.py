"""What campaigns did, for the page: counted from the records."""

from __future__ import annotations

from appliance.store.campaign_reader import CampaignReader, ListSize, Tried

__all__ = ["CampaignFigures", "ListSize", "Tried"]


class CampaignFigures(CampaignReader):
    """As `store.campaign_reader.CampaignReader`; safe from any thread, any method may raise StoreError."""
