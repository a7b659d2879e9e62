"""What a plan does to a cluster that stands, in words: how gravely, to how many nodes, for how long. Pure.

The grade comes from the steps alone, so from the provider's own rules about what forces a replacement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rackwright.design.model import Design, Pool
from rackwright.engine import QUIET, Op, Plan, PlannedStep

DATA_TYPES = frozenset(
    {
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:efs/fileSystem:FileSystem",
        "aws:s3/bucket:Bucket",
        "aws:kms/key:Key",
        "aws:secretsmanager/secret:Secret",
        "aws:ecr/repository:Repository",
        "aws:backup/vault:Vault",
        "aws:eks/cluster:Cluster",
    }
)
"""Types that hold data, or the keys to it: replacing one loses what is in it."""
INSTANCE = "aws:ec2/instance:Instance"
GROUP_TYPES = frozenset({"aws:autoscaling/group:Group", "aws:eks/nodeGroup:NodeGroup", "aws:ec2/fleet:Fleet"})
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
FOUNDATIONS = frozenset({"aws:ec2/vpc:Vpc", "pulumi:providers:aws"})
"""What everything stands on: another one is another cluster."""


PATHS_SHOWN = 3
"""Properties that a sentence names before it says that there are more."""


class UpdateClass(StrEnum):
    """How an edit reaches a cluster that stands; each is graver than those before it."""

    IN_PLACE = "in place"
    """By API calls or by the playbooks; no node stops and nothing is lost."""
    ROLLING = "rolling"
    """Nodes take it when they are next started: batch by batch, or whenever the group starts one."""
    REPLACES_NODES = "replaces nodes"
    REPLACES_DATA = "replaces data"
    NEVER = "never"
    """It would replace everything: that is a new stack, not an edit."""

    @property
    def grade(self) -> int:
        """Place in the order of gravity, 0 for the mildest."""
        return list(UpdateClass).index(self)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes, as its maker says."""

    text: str
    source: str
    """Address of the page, and the day on which it was read."""


_FSX = "https://docs.aws.amazon.com/fsx/latest/LustreGuide"
DURATIONS: dict[tuple[str, str], Duration] = {
    ("aws:fsx/lustreFileSystem:LustreFileSystem", "storageCapacity"): Duration(
        "unavailable for a few minutes, then optimised in the background for a few hours up to a few days",
        f"{_FSX}/managing-storage-capacity.html, 2026-11-21",
    ),
    ("aws:fsx/lustreFileSystem:LustreFileSystem", "perUnitStorageThroughput"): Duration(
        "unavailable for a few minutes", f"{_FSX}/managing-throughput-capacity.html, 2026-11-21"
    ),
}
"""Published durations of updates, by type and property; what is not here is not known."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a plan does to one thing that people know by name."""

    grade: UpdateClass
    subject: str
    """``pool train``, ``node head-10``, ``h100-train-scratch (fsx LustreFileSystem)``."""
    what: str
    nodes: int = 0
    """Nodes that stop or are started anew."""
    takes: Duration | None = None
    """None where nobody says; never a guess."""

    def sentence(self) -> str:
        """One line for a person."""
        if self.takes is None:
            long = "; how long: not known" if self.nodes or self.grade.grade else ""
        else:
            long = f"; {self.takes.text} ({self.takes.source})"
        return f"{self.grade}: {self.subject}: {self.what}{long}"


def update_class(steps: Iterable[PlannedStep]) -> UpdateClass:
    """The gravest of what `steps` do; `IN_PLACE` when they do nothing."""
    return max((grade_of(step) for step in steps), key=lambda grade: grade.grade, default=UpdateClass.IN_PLACE)


def grade_of(step: PlannedStep) -> UpdateClass:
    """How gravely one step reaches what stands."""
    goes = step.op in (Op.REPLACE, Op.DELETE)
    if goes and step.type in FOUNDATIONS:
        return UpdateClass.NEVER
    if goes and step.type in DATA_TYPES:
        return UpdateClass.REPLACES_DATA
    if goes and (step.type == INSTANCE or step.type in GROUP_TYPES):
        return UpdateClass.REPLACES_NODES
    rolls = step.op is Op.REPLACE or (step.op is Op.UPDATE and _starts_nodes_otherwise(step))
    return UpdateClass.ROLLING if step.type == TEMPLATE and rolls else UpdateClass.IN_PLACE


def _starts_nodes_otherwise(step: PlannedStep) -> bool:
    """Whether a launch template's content changes, and not only its own tags."""
    return any(not change.path.startswith(("tags", "description")) for change in step.diff)


def consequences(plan: Plan, design: Design) -> tuple[Consequence, ...]:
    """What `plan` does to what stands, gravest first. A plan that only creates has none."""
    changing = [step for step in plan.steps if step.op not in QUIET | {Op.CREATE} and step.provider]
    grave = [step for step in changing if grade_of(step) is not UpdateClass.IN_PLACE or step.type in GROUP_TYPES]
    found = [_consequence(step, design) for step in grave] + [*_slow(changing)]
    mild = [step for step in changing if step not in grave]
    if mild:
        found.append(Consequence(UpdateClass.IN_PLACE, _listed(mild), f"{_ops(mild)} by API calls; no node stops"))
    return tuple(sorted(found, key=lambda one: (-one.grade.grade, one.subject, one.what)))


def _consequence(step: PlannedStep, design: Design) -> Consequence:
    grade, pool = grade_of(step), _pool(step, design)
    because = _because(step)
    if step.type == INSTANCE:
        return Consequence(grade, f"node {step.name.removeprefix(f'{design.name}-')}", f"{_fate(step)}{because}", 1)
    if pool is not None:
        return Consequence(grade, f"pool {pool.name}", *_of_pool(step, pool, because))
    if grade is UpdateClass.NEVER:
        return Consequence(grade, _named(step), f"everything would be made anew{because}: make a new stack instead")
    return Consequence(grade, _named(step), f"{_fate(step)}{because}: what is in it is lost unless it is restored")


def _of_pool(step: PlannedStep, pool: Pool, because: str) -> tuple[str, int]:
    size = pool.max_nodes if pool.min_nodes == pool.max_nodes else pool.min_nodes
    more = f" (up to {pool.max_nodes})" if pool.max_nodes != size else ""
    if step.type == TEMPLATE:
        return f"{size} nodes{more} take it when they are next started{because}; until then they stay as they are", size
    if step.op is Op.UPDATE:
        return f"its group changes in place{because}", 0
    return f"{_fate(step)} with {size} nodes{more}{because}", size


def _slow(steps: Sequence[PlannedStep]) -> Iterator[Consequence]:
    """In-place changes whose makers say how long they take."""
    for step in steps:
        for change in step.diff if step.op is Op.UPDATE else ():
            takes = DURATIONS.get((step.type, change.path))
            if takes:
                what = f"{change.path} {change.old} → {change.new}"
                yield Consequence(UpdateClass.IN_PLACE, _named(step), what, takes=takes)


def _pool(step: PlannedStep, design: Design) -> Pool | None:
    if step.type != TEMPLATE and step.type not in GROUP_TYPES:
        return None
    return next((pool for pool in design.pools if step.name == f"{design.name}-{pool.name}"), None)


def _fate(step: PlannedStep) -> str:
    return {Op.REPLACE: "is replaced", Op.DELETE: "is deleted"}.get(step.op, "changes")


def _because(step: PlannedStep) -> str:
    paths = [change.path for change in step.diff if change.replaces] or [change.path for change in step.diff]
    shown = ", ".join(paths[:PATHS_SHOWN]) + (" …" if len(paths) > PATHS_SHOWN else "")
    return f" (because of {shown})" if paths else ""


def _named(step: PlannedStep) -> str:
    module, _, name = step.type.rpartition(":")
    return f"{step.name} ({module.partition(':')[2].partition('/')[0]} {name})"


def _listed(steps: Sequence[PlannedStep]) -> str:
    return _named(steps[0]) if len(steps) == 1 else f"{len(steps)} resources"


def _ops(steps: Sequence[PlannedStep]) -> str:
    words = {Op.UPDATE: "updated", Op.REPLACE: "replaced", Op.DELETE: "deleted"}
    counts = {word: sum(step.op is op for step in steps) for op, word in words.items()}
    told = [f"{count} {word}" if len(steps) > 1 else word for word, count in counts.items() if count]
    return ", ".join(told) or "changed"
