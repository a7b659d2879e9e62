"""Proof of the GPU roles: settings, MIG, NVLink's services, DCGM, and bandwidth by the programs that were built for it.

Each needs a physical GPU; where there is none, or no floor is known, the check is not evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rackwright.accept.gpu_checks import NO_GPU
from rackwright.accept.question import Answer, Opinion, Question, equals, not_evaluated, passes_when
from rackwright.catalog.floors import Floor, floor
from rackwright.design.model import Design, Pool
from rackwright.inventory import Host
from rackwright.lock.model import Lock
from rackwright.outcome import Check

MESSAGE_BYTES = 16 << 30
"""Size of the message of the collective, that for which pass lines of single nodes are published."""

NCCL_TITLE = "NCCL all-reduce reaches its bus bandwidth"
NCCL_TIMEOUT_S = 600
DIAGNOSIS_TIMEOUT_S = 300
"""Level 1 of DCGM's diagnosis takes seconds. Source: DCGM user guide, "Run levels and tests"."""

COPIES = ("host_to_device_memcpy_ce", "device_to_host_memcpy_ce")
"""Test cases of nvbandwidth: every GPU from and to the memory of the host."""

NO_TESTS = "the lock holds no nccl-tests for this system"
NO_FLOOR = "no pass line is known for {machine}, and no baseline of it was measured"

_AVERAGE = re.compile(r"Avg bus bandwidth\s*:\s*([\d.]+)")


def service_questions(host: Host, pool: Pool, design: Design, lock: Lock) -> tuple[Question, ...]:
    """Questions about what the GPU roles of one host keep; none in a rehearsal."""
    if design.target == "local":
        return ()
    return tuple(question for role, question in _questions(pool, lock) if role in host.roles)


def service_not_evaluated(host: Host, pool: Pool, design: Design, lock: Lock) -> tuple[Check, ...]:
    """The same checks where they cannot be made, each with its reason."""
    if "gpu_driver" not in host.roles:
        return ()
    if design.target == "local":
        asked = {one.id: one.title for role, one in _questions(pool, lock) if role in host.roles}
        wanted = {**asked, "gpu.nccl": NCCL_TITLE}
        return tuple(not_evaluated(id_, title, NO_GPU, host.name) for id_, title in wanted.items())
    if "nccl-tests" not in lock.archives:
        return tuple(_tests(host, NO_TESTS))
    known = floor(pool.machine, 1, MESSAGE_BYTES) is not None
    return () if known else tuple(_tests(host, NO_FLOOR.format(machine=pool.machine)))


def judge_bandwidth(wanted: Floor) -> Callable[[Answer], Opinion]:
    """Judge of nccl-tests' output: the average bus bandwidth, and no wrong value."""

    def judged(answer: Answer) -> Opinion:
        found = _AVERAGE.search(answer.text)
        reached = float(found[1]) if found else 0.0
        expected = f"{wanted.busbw_gbs:g} GB/s ({wanted.why})"
        reason = f"see nvidia-smi nvlink --status, and {wanted.origin.url}"
        right = answer.status == 0 and "Out of bounds values : 0 OK" in answer.text
        return passes_when(right and reached >= wanted.busbw_gbs, expected, f"{reached:g} GB/s", reason)

    return judged


def judge_copies(gpus: int) -> Callable[[Answer], Opinion]:
    """Judge of nvbandwidth's output: a rate for each GPU in both directions. No machine has a published lowest one."""

    def judged(answer: Answer) -> Opinion:
        rows = re.findall(r"^ *0((?: +\d+\.\d+)+) *$", answer.text, re.MULTILINE)
        rates = [[float(word) for word in row.split()] for row in rows]
        good = (
            answer.status == 0 and len(rates) == len(COPIES) and all(len(one) == gpus and min(one) > 0 for one in rates)
        )
        seen = "; ".join(f"{min(one):g} to {max(one):g} GB/s on {len(one)} GPUs" for one in rates) or "no rate"
        return passes_when(good, f"a rate for each of {gpus} GPUs, to it and from it", seen, "see its own output")

    return judged


def judge_diagnosis(answer: Answer) -> Opinion:
    """Judge of ``dcgmi diag``: no line says that a test failed."""
    failed = [line.strip(" |") for line in answer.text.splitlines() if re.search(r"\bFail\b", line)]
    good = answer.status == 0 and not failed
    return passes_when(good, "no failed test", "; ".join(failed) or "none", "see dcgmi diag --run 1 --verbose")


def _tests(host: Host, reason: str) -> Iterator[Check]:
    yield not_evaluated("gpu.nccl", NCCL_TITLE, reason, host.name)


def _questions(pool: Pool, lock: Lock) -> Iterator[tuple[str, Question]]:
    """Role -> question."""
    program = "/usr/local/libexec/rackwright-gpus"
    yield "gpu_driver", _is_so("gpu.settings", "GPUs are set as designed", f"{program} settings check")
    yield "mig", _is_so("gpu.mig", "MIG instances are as designed", f"{program} mig check")
    fabric = "nvidia-smi --query-gpu=fabric.state,fabric.status --format=csv,noheader | sort --unique"
    joined = equals("Completed, Success", "see journalctl --unit nvidia-fabricmanager.service")
    yield "fabric_manager", Question("gpu.fabric", "Every GPU has joined the NVLink fabric", fabric, joined)
    imex = "nvidia-imex-ctl -q"
    ready = equals("READY", "see journalctl --unit nvidia-imex.service, and /etc/nvidia-imex/nodes_config.cfg")
    licence = "nvidia-smi --query | sed -n 's/.*License Status *: *//p' | cut -d ' ' -f 1 | sort --unique"
    licensed = equals("Licensed", "see journalctl --unit nvidia-gridd.service, and whether the licence server answers")
    yield "vgpu", Question("gpu.licence", "Every vGPU has its licence", licence, licensed)
    yield "imex", Question("gpu.imex", "IMEX has its domain together", imex, ready)
    diagnosis = Question(
        "gpu.dcgm", "DCGM diagnostics pass", "dcgmi diag --run 1", judge_diagnosis, DIAGNOSIS_TIMEOUT_S
    )
    yield "dcgm", diagnosis
    yield from _copies(pool, lock)
    yield from _bandwidth(pool, lock)


def _is_so(id_: str, title: str, command: str) -> Question:
    """A question whose command says nothing when all is as designed, and else what is to do."""
    return Question(id_, title, command, equals("", "run the playbooks again on the drained node"))


def _copies(pool: Pool, lock: Lock) -> Iterator[tuple[str, Question]]:
    if (archive := lock.archives.get("nvbandwidth")) is None:
        return
    program = f"/opt/rackwright/nvbandwidth/{archive.version}/build/nvbandwidth"
    command = f"{program} --testcase {' '.join(COPIES)}"
    title = "Every GPU copies to and from the memory of its host"
    yield "acceptance_tools", Question("gpu.copies", title, command, judge_copies(pool.gpus), NCCL_TIMEOUT_S)


def _bandwidth(pool: Pool, lock: Lock) -> Iterator[tuple[str, Question]]:
    archive, wanted = lock.archives.get("nccl-tests"), floor(pool.machine, 1, MESSAGE_BYTES)
    if archive is None or wanted is None:
        return
    program = f"/opt/rackwright/nccl-tests/{archive.version}/build/all_reduce_perf"
    command = f"{program} --minbytes 16G --maxbytes 16G --ngpus {pool.gpus}"
    yield "acceptance_tools", Question("gpu.nccl", NCCL_TITLE, command, judge_bandwidth(wanted), NCCL_TIMEOUT_S)
