"""Behaviours of the services about people, records, detection, fixes, copies and money."""

from __future__ import annotations

from rackwright.cloud.aws.call import Behaviours
from rackwright.cloud.aws.services import (
    access_analyzer,
    account_defaults,
    backup,
    bucket_settings,
    budget_actions,
    cost_tags,
    data_links,
    guardduty,
    macie,
    metric_filters,
    patching,
    registries,
    security_hub,
    single_sign_on,
)

BEHAVIOURS: Behaviours = {
    **access_analyzer.BEHAVIOURS,
    **account_defaults.BEHAVIOURS,
    **backup.BEHAVIOURS,
    **bucket_settings.BEHAVIOURS,
    **budget_actions.BEHAVIOURS,
    **cost_tags.BEHAVIOURS,
    **data_links.BEHAVIOURS,
    **guardduty.BEHAVIOURS,
    **macie.BEHAVIOURS,
    **metric_filters.BEHAVIOURS,
    **patching.BEHAVIOURS,
    **registries.BEHAVIOURS,
    **security_hub.BEHAVIOURS,
    **single_sign_on.BEHAVIOURS,
}
"""By (service, action)."""


def install() -> None:
    """Put into moto what cannot be done from outside; safe to call again."""
    bucket_settings.install()
