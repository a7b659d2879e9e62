"""Which secrets the nodes of a cluster need: variables of roles. Pure; their texts are never part of a design."""

from __future__ import annotations

from rackwright.design.model import Design


def node_secrets(design: Design) -> tuple[str, ...]:
    """Variables of roles that hold a secret, by name."""
    real = design.target != "local"
    wanted = {
        "munge_key": True,
        "mfa_secret": design.hosts.second_factor,
        "object_store_secret": any(storage.kind == "object-store" for storage in design.storage),
        "ngc_key": real and bool(design.software.ngc_secret),
        "vgpu_token": real and any(pool.gpu_settings.vgpu for pool in design.pools),
    }
    return tuple(sorted(name for name, needed in wanted.items() if needed))
