"""What needs a physical GPU, a driver or a fabric. On machines without them it is not evaluated, and never passed."""

from __future__ import annotations

from collections.abc import Callable

from rackwright.accept.question import Answer, Opinion, Question, equals, not_evaluated, passes_when
from rackwright.design.model import Design, Pool
from rackwright.inventory import Host
from rackwright.outcome import Check

NO_GPU = "a rehearsal's machine is a container with stand-in device files: no GPU and no NVIDIA driver in its kernel"
NO_FABRIC = "a rehearsal's machines share a bridge: no {fabric} fabric between them"
NO_MESH = "a run over several nodes is made by a job of the scheduler, and none is made yet"


def gpu_questions(host: Host, pool: Pool, design: Design) -> tuple[Question, ...]:
    """Questions about the GPUs of one host; none where the rehearsal has stand-ins."""
    if design.target == "local" or "gpu_driver" not in host.roles:
        return ()
    return (
        Question("gpu.count", "The driver sees every GPU", "nvidia-smi --list-gpus", judge_count(pool.gpus)),
        Question("gpu.module", "The kernel module is loaded", "cat /proc/driver/nvidia/version", _judge_loaded),
        Question(
            "gpu.persistence",
            "The persistence daemon runs",
            "systemctl is-active nvidia-persistenced.service",
            equals("active", "see journalctl --unit nvidia-persistenced.service"),
        ),
        Question("gpu.containers", "Containers get GPUs by CDI", "nvidia-ctk cdi list", judge_devices(pool.gpus)),
    )


def gpu_not_evaluated(host: Host, pool: Pool, design: Design) -> tuple[Check, ...]:
    """GPU checks of one host that cannot be made, each with its reason."""
    if "gpu_driver" not in host.roles:
        return ()
    return _without_gpu(host, pool, design)


def fabric_not_evaluated(design: Design) -> tuple[Check, ...]:
    """Checks of the fabric between nodes."""
    if design.fabric.kind == "none":
        return ()
    reason = NO_FABRIC.format(fabric=design.fabric.kind) if design.target == "local" else NO_MESH
    title = f"Nodes reach each other over {design.fabric.kind} at the designed rate"
    return (
        not_evaluated("fabric.bandwidth", title, reason, expected=f"{design.fabric.per_node_gbps:g} Gb/s per node"),
    )


def judge_count(expected: int) -> Callable[[Answer], Opinion]:
    """Judge of ``nvidia-smi --list-gpus``: one line for each GPU."""

    def judged(answer: Answer) -> Opinion:
        found = sum(line.startswith("GPU ") for line in answer.text.splitlines())
        reason = "look for Xid errors in the kernel log; drain the node"
        return passes_when(answer.status == 0 and found == expected, f"{expected} GPUs", f"{found} GPUs", reason)

    return judged


def judge_devices(expected: int) -> Callable[[Answer], Opinion]:
    """Judge of ``nvidia-ctk cdi list``: one numbered device for each GPU."""

    def judged(answer: Answer) -> Opinion:
        found = {line.strip() for line in answer.text.splitlines()}
        lacking = [f"nvidia.com/gpu={index}" for index in range(expected) if f"nvidia.com/gpu={index}" not in found]
        actual = f"{expected - len(lacking)} devices"
        return passes_when(not lacking, f"{expected} devices", actual, f"lacks {', '.join(lacking)}; see /etc/cdi")

    return judged


def _judge_loaded(answer: Answer) -> Opinion:
    said = answer.text.strip()
    return passes_when(
        answer.status == 0 and "NVRM" in said, "loaded", said or "not loaded", "see dkms status and dmesg"
    )


def _without_gpu(host: Host, pool: Pool, design: Design) -> tuple[Check, ...]:
    if design.target != "local":
        return ()
    wanted = {
        "gpu.count": ("The driver sees every GPU", f"{pool.gpus} GPUs"),
        "gpu.module": ("The kernel module is loaded", "loaded"),
        "gpu.persistence": ("The persistence daemon runs", "active"),
        "gpu.containers": ("Containers get GPUs by CDI", f"{pool.gpus} devices"),
    }
    return tuple(not_evaluated(id_, title, NO_GPU, host.name, expected) for id_, (title, expected) in wanted.items())
