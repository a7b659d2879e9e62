"""What moto lacks and a GPU cluster needs: one file per AWS service, each behaviour with its AWS documentation."""

from __future__ import annotations

from rackwright.cloud.aws.call import Behaviours

BEHAVIOURS: Behaviours = {}
"""All behaviours, by (service, action)."""
