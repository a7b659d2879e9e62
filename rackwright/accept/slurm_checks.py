"""What Slurm must show, asked on its controller: nodes, a job over them, credentials that cross hosts. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence

from rackwright.accept.question import Answer, Opinion, Question, equals, passes_when
from rackwright.design.model import Design, Pool
from rackwright.inventory import Host, Inventory
from rackwright.outcome import Verdict

START_WITHIN_S = 30
"""How long the job may wait for its nodes."""

JOB_TIMEOUT_S = 90

_USABLE = frozenset({"IDLE", "ALLOCATED", "MIXED", "COMPLETING"})
_BUSY = frozenset({"ALLOCATED", "MIXED", "COMPLETING"})


def slurm_questions(inventory: Inventory, design: Design) -> tuple[Question, ...]:
    """Questions to the controller; none when the cluster has no Slurm nodes."""
    members = _gpu_pools(inventory, design)
    states = Question(
        "slurm.nodes",
        "Every node is usable and has its GPUs",
        # A node that has just registered needs a moment before it is idle.
        "for try in 1 2 3 4 5 6 7 8 9 10; do said=$(scontrol --oneliner show nodes); "
        'case "$said" in *UNKNOWN*|*NOT_RESPONDING*|*DOWN*) sleep 1;; *) break;; esac; done; echo "$said"',
        judge_nodes(_expected_gres(inventory, design)),
        timeout_s=JOB_TIMEOUT_S,
    )
    service = Question(
        "service.slurmctld",
        "slurmctld runs",
        "systemctl is-active slurmctld.service",
        equals("active", "see journalctl --unit slurmctld.service"),
    )
    if not inventory.in_role("slurm_node"):
        return (service,)
    return (service, states, *(question for pool, hosts in members for question in _jobs(pool, hosts)))


def parse_nodes(text: str) -> dict[str, dict[str, str]]:
    """Node -> its fields, from ``scontrol --oneliner show nodes``."""
    rows = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in text.splitlines()]
    return {row["NodeName"]: row for row in rows if "NodeName" in row}


def judge_nodes(wanted: dict[str, str]) -> Callable[[Answer], Opinion]:
    """Judge of the nodes' states and resources; `wanted` is node -> gres (an empty text for none)."""

    def judged(answer: Answer) -> Opinion:
        found = parse_nodes(answer.text)
        wrong = [said for name, gres in wanted.items() if (said := _node_fault(name, gres, found.get(name)))]
        states = sorted({row.get("State", "?") for row in found.values()})
        return passes_when(
            not wrong,
            f"{len(wanted)} nodes usable, {', '.join(sorted(set(filter(None, wanted.values()))) or ['no gres'])}",
            f"{len(wanted) - len(wrong)} of {len(wanted)} nodes ({', '.join(states) or 'none'})",
            "; ".join(wrong),
        )

    return judged


def judge_job(hosts: Sequence[str], gpus: int) -> Callable[[Answer], Opinion]:
    """Judge of a job that prints ``<host> <CUDA_VISIBLE_DEVICES>`` on each node."""
    devices = ",".join(str(index) for index in range(gpus))
    expected = sorted(f"{host} {devices}" for host in hosts)

    def judged(answer: Answer) -> Opinion:
        said = sorted(line.strip() for line in answer.text.splitlines() if line.strip())
        if answer.status != 0 and _is_busy(answer.text):
            return Opinion(Verdict.NOT_EVALUATED, "; ".join(expected), reason="the nodes run other jobs now")
        met = answer.status == 0 and said == expected
        return passes_when(met, "; ".join(expected), "; ".join(said), f"srun ended with {answer.status}")

    return judged


def judge_credentials(count: int) -> Callable[[Answer], Opinion]:
    """Judge of a credential of the controller that each of `count` nodes decodes."""

    def judged(answer: Answer) -> Opinion:
        good = len(re.findall(r"STATUS:\s+Success \(0\)", answer.text))
        if answer.status != 0 and _is_busy(answer.text):
            return Opinion(Verdict.NOT_EVALUATED, f"{count} nodes", reason="the nodes run other jobs now")
        return passes_when(good == count, f"{count} nodes decode it", f"{good} nodes", answer.text.strip()[-200:])

    return judged


def _is_busy(text: str) -> bool:
    """Whether these are the words of ``srun --immediate`` when it does not get its nodes at once."""
    return "Unable to allocate resources: Requested nodes are busy" in text


def _node_fault(name: str, gres: str, row: dict[str, str] | None) -> str | None:
    if row is None:
        return f"{name} is not known to Slurm"
    states = set(row.get("State", "").rstrip("*").split("+"))
    if not states <= _USABLE:
        return f"{name} is {row.get('State')} ({row.get('Reason', 'no reason given')})"
    have = re.sub(r"\([^)]*\)", "", row.get("Gres", "(null)"))
    return None if have == gres else f"{name} has gres {have or 'none'}, expected {gres or 'none'}"


def _expected_gres(inventory: Inventory, design: Design) -> dict[str, str]:
    pools = {pool.name: pool for pool in design.pools}
    return {host.name: _gres(pools[host.pool]) for host in inventory.in_role("slurm_node") if host.pool in pools}


def _gres(pool: Pool) -> str:
    return f"gpu:{pool.gres_type or 'gpu'}:{pool.gpus}" if pool.gpus else ""


def _gpu_pools(inventory: Inventory, design: Design) -> list[tuple[Pool, list[Host]]]:
    nodes = inventory.in_role("slurm_node")
    found = [(pool, [host for host in nodes if host.pool == pool.name]) for pool in design.pools if pool.gpus]
    return [(pool, hosts) for pool, hosts in found if hosts]


def _jobs(pool: Pool, hosts: Sequence[Host]) -> tuple[Question, Question]:
    """A job over every GPU of a pool, and a credential that crosses hosts."""
    names = [host.name for host in hosts]
    count = len(names)
    common = ["srun", f"--immediate={START_WITHIN_S}", f"--nodelist={','.join(names)}", f"--nodes={count}"]
    common += ["--ntasks-per-node=1", "--time=2", "--chdir=/tmp"]
    job = [*common, f"--gres=gpu:{pool.gpus}", "bash", "-c", 'echo "$(hostname) $CUDA_VISIBLE_DEVICES"']
    decode = [*common, "--input=all", "unmunge"]
    return (
        Question(
            f"slurm.job-{pool.name}",
            f"A job over {count} nodes with {pool.gpus} GPUs each runs and returns",
            shlex.join(job),
            judge_job(names, pool.gpus),
            timeout_s=JOB_TIMEOUT_S,
        ),
        Question(
            f"slurm.credentials-{pool.name}",
            "A credential of the controller is good on every node",
            f"munge --no-input | {shlex.join(decode)}",
            judge_credentials(count),
            timeout_s=JOB_TIMEOUT_S,
        ),
    )
