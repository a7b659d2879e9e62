"""Facts that must hold in every answer on the real catalog, written down again without the rules."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.catalog.security import load_floors
from rackwright.catalog.software import load_software
from rackwright.catalog.version import version_order
from rackwright.diagnostics import InputError
from rackwright.lock import Resolution, Wants, resolve
from rackwright.lock.resolve import choose
from rackwright.lock.wants import demands
from rackwright.lock.world import World

TODAY = dt.date(2026, 11, 21)
GPUS = load_catalog().gpus
SWITCHES = {
    "v100-32gb": "nvswitch", "a100-80gb": "nvswitch", "h100-80gb": "nvswitch", "l40s-48gb": "none",
    "b200-180gb": "nvlink5-switch", "gb200-186gb": "rack", "t4-16gb": "none",
}  # fmt: skip


@st.composite
def wants(draw: st.DrawFn) -> Wants:
    gpus = draw(st.lists(st.sampled_from(sorted(SWITCHES)), min_size=1, max_size=2, unique=True))
    software = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "driver": st.sampled_from(["535.*", "570.*", "580.*", "595.*", "present"]),
                "cuda": st.sampled_from(["12.4.*", "12.9.*", "13.0.*", "13.5.*", "present"]),
                "module": st.sampled_from(["open", "closed"]),
                "container-toolkit": st.sampled_from(["present", "==1.17.8"]),
                "gpudirect": st.sampled_from(["dma-buf", "peermem"]),
            },
        )
    )
    return Wants(
        system=draw(st.sampled_from(["ubuntu-22.04", "ubuntu-24.04", "rocky-9"])),
        architectures=("arm64",) if gpus == ["gb200-186gb"] else ("x86_64",),
        gpus=tuple(gpus),
        nvswitch=tuple(SWITCHES[gpu] for gpu in gpus),
        fabrics=draw(st.sampled_from([(), ("efa",), ("infiniband",)])),
        schedulers=draw(st.sampled_from([(), ("slurm",), ("kubernetes",), ("slurm", "kubernetes")])),
        software=software,
        supported_only=draw(st.booleans()),
        secure_only=draw(st.booleans()),
    )


def misfits(wanted: Wants, found: Resolution) -> list[str]:
    has = found.versions
    order = {name: version_order(version) for name, version in has.items()}
    branches = [(GPUS[name].min_branch, GPUS[name].max_branch or 9999) for name in wanted.gpus]
    branch = int(has["driver"].split(".")[0])
    cuda = int(has["cuda"].split(".")[0]) if "cuda" in has else 0
    module_ok = all(GPUS[name].module in ("either", has["module"]) for name in wanted.gpus)
    checks = {
        "driver = fabric manager = IMEX": len({has[n] for n in ("driver", "fabric-manager", "imex") if n in has}) == 1,
        "driver branch of every GPU": all(low <= branch <= high for low, high in branches),
        "kernel module of every GPU": module_ok,
        "fabric manager by switch": ("fabric-manager" in has)
        == bool({"nvswitch", "nvlink5-switch"} & {*wanted.nvswitch}),
        "NVLSM by switch": ("nvlsm" in has) == ("nvlink5-switch" in wanted.nvswitch),
        "IMEX by switch": ("imex" in has) == ("rack" in wanted.nvswitch),
        "CUDA 13 on 580": cuda < 13 or branch >= 580,
        "DCGM 4 on 580": branch < 580 or order["dcgm"] >= version_order("4"),
        "EFA": ("efa-installer" in has) == ("aws-ofi-nccl" in has) == ("efa" in wanted.fabrics),
        "DOCA": ("doca-ofed" in has) == ("infiniband" in wanted.fabrics),
        "DMA-BUF": has.get("gpudirect") != "dma-buf" or has["module"] == "open",
        "operator": ("gpu-operator" in has) == ("kubernetes" in wanted.schedulers),
        "safe": not wanted.secure_only or all(load_floors().is_safe(n, v, TODAY) for n, v in has.items()),
    }
    return [name for name, holds in checks.items() if not holds]


@settings(max_examples=60)
@given(wants())
def test_an_answer_keeps_every_fact_and_a_refusal_is_minimal(wanted: Wants) -> None:
    try:
        found = resolve(wanted, load_software(), TODAY)
    except InputError as refusal:
        asked = demands(wanted)
        world = World(load_software(), GPUS, load_floors(), TODAY)
        culprits = [demand for demand in asked if demand.name in {problem.where for problem in refusal.problems}]
        assert choose(world, culprits) is None
        for one in culprits:
            assert choose(world, [other for other in culprits if other is not one]) is not None, one.name
    else:
        assert misfits(wanted, found) == []
