"""What a stack promises, found from its configuration: the spec's frameworks, class of data and waivers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from policies.crossguard import Promise
from policies.profile import STRICTEST, profile_of
from policies.waiver import Waiver
from rackwright.diagnostics import ClusterError
from rackwright.spec import load_spec

ROOT = Path(__file__).resolve().parents[1]
SPEC = "rackwright:spec"
REMEDIATE = "rackwright:remediate"
"""Configuration of a stack that asks the rules to mend what they can: ``"true"``."""


def promise_of(config: Mapping[str, str]) -> Promise:
    """Promise of the spec that `config` (or the engine's environment) names.

    Where there is no spec, or it cannot be read, everything is mandatory: a pack that knows nothing must not be mild.
    """
    path = config.get(SPEC) or _from_environment()
    if not path:
        return Promise(STRICTEST)
    try:
        spec = load_spec(ROOT / path)
    except (ClusterError, OSError):
        return Promise(STRICTEST)
    waivers = tuple(Waiver.of(each) for each in spec.waivers)
    profile = profile_of(spec.compliance, spec.data.classification)
    return Promise(profile, waivers, remediate=config.get(REMEDIATE) == "true")


def _from_environment() -> str | None:
    """The engine gives the configuration to every pack as JSON in PULUMI_CONFIG too."""
    try:
        config = json.loads(os.environ.get("PULUMI_CONFIG", "{}"))
    except ValueError:
        return None
    found = config.get(SPEC) if isinstance(config, dict) else None
    return found if isinstance(found, str) else None
