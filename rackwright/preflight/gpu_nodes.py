"""GPU nodes: choices about the driver's module, package sources, signatures and clocks that go together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View

UBUNTU = frozenset({None, "ubuntu-22.04", "ubuntu-24.04"})
"""Systems for whose kernels the distribution compiles and signs NVIDIA's module; None is Ubuntu 24.04."""

_PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*")


@rule("RW-SW-043")
def precompiled_modules_are_ubuntus(view: View) -> Iterator[Fault]:
    """A precompiled module exists for the system.

    Ubuntu compiles and signs the module for each of its kernels; elsewhere DKMS does on the node.

    Source: https://documentation.ubuntu.com/server/how-to/graphics/install-nvidia-drivers/
    """
    software = view.spec.software
    if software.kernel_module == "precompiled" and software.os not in UBUNTU:
        summary = f"nobody precompiles NVIDIA's module for {software.os}"
        yield Fault(("software", "kernel_module"), summary, "use dkms, or os: ubuntu-24.04")


@rule("RW-SW-044")
def packages_from_a_mirror_need_one(view: View) -> Iterator[Fault]:
    """Packages that come from a mirror have a mirror.

    Source: docs/guides/mirror.md
    """
    software = view.spec.software
    if software.packages_from == "mirror" and not software.mirror:
        yield Fault(("software", "packages_from"), "packages come from a mirror, and none is named", "set mirror")
    debian = (software.os or "").startswith("debian-")
    if software.packages_from == "distribution" and view.spec.target.kind != "local" and not debian:
        summary = "the locked packages are NVIDIA's, and the distribution does not have them"
        yield Fault(("software", "packages_from"), summary, "use nvidia or mirror")


@rule("RW-SW-045")
def the_open_module_needs_firmware(view: View) -> Iterator[Fault]:
    """The open kernel module runs with the GPU's system processor.

    It has no code for GPUs without it: the driver finds no device.

    Source: https://github.com/NVIDIA/open-gpu-kernel-modules (README, "GSP firmware")
    """
    software = view.spec.software
    if not software.gsp and software.driver_module == "open":
        yield Fault(("software", "gsp"), "the open module does not work without GSP", "leave gsp on, or use -closed")


@rule("RW-SW-046")
def signature_keys_are_public_keys(view: View) -> Iterator[Fault]:
    """Keys of image signatures are public keys in PEM form.

    Anything else makes the policy refuse every image, and a private key would lie on every node.

    Source: containers-policy.json(5), "sigstoreSigned"
    """
    for scope, key in view.spec.software.signature_keys.items():
        if not _PUBLIC_KEY.fullmatch(key.strip()):
            what = "a private key" if "PRIVATE KEY" in key else "no public key in PEM form"
            where = ("software", "signature_keys", scope)
            yield Fault(where, f"the key of '{scope}' is {what}", "give the text of cosign.pub")


@rule("RW-PWR-014")
def power_limit_of_a_pool_is_possible(view: View) -> Iterator[Fault]:
    """A power limit of a pool's GPUs is within what they accept.

    Source: https://docs.nvidia.com/deploy/nvidia-smi/ (--power-limit)
    """
    for pool in view.nvidia_pools:
        limit = pool.spec.gpus.power_limit
        if limit is not None and pool.gpu and not pool.gpu.tdp_w * 0.4 <= limit <= pool.gpu.tdp_w:
            least, most = f"{pool.gpu.tdp_w * 0.4:.0f}", pool.gpu.tdp_w
            summary = f"power_limit is {limit} W, {pool.gpu.title} takes {least} to {most} W"
            yield Fault(pool.path("gpus", "power_limit"), summary, f"use {most} or less")


@rule("RW-SW-047", Severity.WARNING)
def held_clocks_waste_no_power_limit(view: View) -> Iterator[Fault]:
    """A pool holds its clocks or limits its power, not both.

    The limit lowers the clocks below what they are held at, and the held clocks then say nothing true.

    Source: https://docs.nvidia.com/deploy/nvidia-smi/ (--lock-gpu-clocks)
    """
    for pool in view.nvidia_pools:
        held = pool.spec.gpus.graphics_clock
        limited = pool.spec.gpus.power_limit or view.spec.power.gpu_limit
        if held and limited:
            summary = f"clocks are held at {held} MHz and power is limited to {limited} W"
            yield Fault(pool.path("gpus", "graphics_clock"), summary, "keep one of the two")
