"""MIG: the layout of the design as instances on every GPU, each at its place."""

from __future__ import annotations

from rackwright.catalog import load_catalog
from rackwright.catalog.gpus import arrange, mig_counts
from rackwright.design.model import Pool


def mig_devices(pool: Pool) -> dict[str, int]:
    """Profile -> instances on every GPU of `pool`; empty when its GPUs are whole.

    InputError for a layout that does not fit.
    """
    gpu = load_catalog().gpus.get(pool.gpu_model or "")
    return mig_counts(gpu, pool.mig) if gpu is not None and pool.mig != "none" else {}


def mig_places(pool: Pool) -> list[str]:
    """The same instances with the memory slice at which each starts, in the order in which they are made."""
    gpu = load_catalog().gpus.get(pool.gpu_model or "")
    names = [name for name, count in mig_devices(pool).items() for _ in range(count)]
    found = arrange(gpu, names) if gpu is not None else ()
    return [f"{place.profile}:{place.start}" for place in found or ()]
