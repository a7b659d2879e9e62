"""Slurm."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackwright.design.node_software import package_source
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.scheduler import Slurm
from rackwright.spec.storage import S3, NvmeRaid0

FEW_GROUPS = 2

OURS = frozenset(
    (
        *("authtype", "clustername", "slurmctldhost", "slurmuser", "nodename", "partitionname", "grestypes"),
        *("statesavelocation", "slurmctldport", "slurmdport", "credtype", "authinfo", "selecttype", "proctracktype"),
        *("taskplugin", "accountingstoragetype", "accountingstoragehost", "topologyplugin", "prolog", "epilog"),
        *("suspendprogram", "resumeprogram", "rebootprogram", "healthcheckprogram"),
    )
)
"""Lines of slurm.conf that the tool writes itself."""
_RELEASE = re.compile(r"^2\d\.(05|11)(\.\d+)?$")
MOST_NODES = 65_533
BOOT_MINUTES = 10


def _at(view: View, *rest: str | int) -> Path:
    """Path of a part of Slurm, which may stand inside a split scheduler."""
    return ("scheduler", *rest) if isinstance(view.spec.scheduler, Slurm) else ("scheduler", "slurm", *rest)


def _workers(view: View) -> list[str]:
    chosen = getattr(view.spec.scheduler, "slurm_pools", None)
    names = chosen if chosen is not None else tuple(view.spec.pools)
    return [n for n in names if n in view.spec.pools and view.spec.pools[n].role in {"gpu", "cpu"}]


@rule("RW-SLURM-001")
def partitions_name_pools(view: View) -> Iterator[Fault]:
    """Partitions name pools that exist.

    slurmctld refuses to start with an unknown node in a partition.

    Source: https://slurm.schedmd.com/slurm.conf.html (PartitionName)
    """
    for name, partition in view.spec.slurm.partitions.items() if view.spec.slurm else ():
        for index, pool in enumerate(partition.pools):
            if pool not in view.spec.pools:
                where = _at(view, "partitions", name, "pools", index)
                yield Fault(where, f"there is no pool '{pool}'", f"pools: {', '.join(view.spec.pools)}")


@rule("RW-SLURM-002", Severity.WARNING)
def pools_are_in_partitions(view: View) -> Iterator[Fault]:
    """Every worker pool is in a partition.

    Nodes outside are paid for and never get a job.

    Source: https://slurm.schedmd.com/slurm.conf.html (PartitionName)
    """
    slurm = view.spec.slurm
    if slurm is None or not slurm.partitions:
        return
    used = {pool for partition in slurm.partitions.values() for pool in partition.pools}
    for name in _workers(view):
        if name not in used:
            yield Fault(("pools", name), f"pool '{name}' is in no partition", "add it to one")


@rule("RW-SLURM-003")
def one_default_partition(view: View) -> Iterator[Fault]:
    """At most one partition is the default.

    Slurm takes the last one that says so, and jobs land where nobody expects.

    Source: https://slurm.schedmd.com/slurm.conf.html (Default)
    """
    slurm = view.spec.slurm
    defaults = [name for name, partition in slurm.partitions.items() if partition.default] if slurm else []
    for name in defaults[1:]:
        where = _at(view, "partitions", name, "default")
        yield Fault(where, f"'{defaults[0]}' and '{name}' are both default", "keep one")


@rule("RW-SLURM-004")
def there_is_a_head(view: View) -> Iterator[Fault]:
    """Slurm has a control pool.

    slurmctld has to run somewhere that jobs do not.

    Source: https://slurm.schedmd.com/quickstart_admin.html
    """
    if view.spec.slurm and not view.spec.pools_of("control"):
        yield Fault(("pools",), "Slurm needs a pool with role: control", "add head: {role: control, nodes: 1, …}")


@rule("RW-SLURM-005")
def second_head_shares_its_state(view: View) -> Iterator[Fault]:
    """Two head nodes share a file system.

    The backup reads the primary's StateSaveLocation; without it, it takes over an empty queue.

    Source: https://slurm.schedmd.com/slurm.conf.html (SlurmctldHost, StateSaveLocation)
    """
    heads = sum(pool.nodes.max for pool in view.spec.pools_of("control").values())
    shared = [item for item in view.spec.storage.values() if not isinstance(item, S3 | NvmeRaid0)]
    if view.spec.slurm and heads > 1 and not shared:
        yield Fault(("storage",), f"{heads} head nodes and no shared file system", "add one of kind efs or nfs")


@rule("RW-SLURM-006")
def own_settings_are_left_alone(view: View) -> Iterator[Fault]:
    """Further settings do not set what the tool sets itself.

    A second ClusterName or NodeName line breaks the cluster or is overwritten at the next run.

    Source: AWS ParallelCluster, CustomSlurmSettingsValidator
    """
    for key in view.spec.slurm.settings if view.spec.slurm else ():
        if key.lower() in OURS:
            yield Fault(_at(view, "settings", key), f"'{key}' is set by the tool", "remove it")


@rule("RW-SLURM-007")
def settings_look_like_settings(view: View) -> Iterator[Fault]:
    """Further settings have names and values of one line.

    A line break or a ``#`` would smuggle further lines into slurm.conf.

    Source: https://slurm.schedmd.com/slurm.conf.html
    """
    for key, value in view.spec.slurm.settings.items() if view.spec.slurm else ():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", key) or re.search(r"[\n#]", str(value)):
            where = _at(view, "settings", key)
            yield Fault(where, f"'{key}={value}' is not one setting", "write Name: value, without '#' or line break")


@rule("RW-SLURM-008")
def accounting_has_a_database(view: View) -> Iterator[Fault]:
    """Accounting has a database.

    Source: https://slurm.schedmd.com/accounting.html; AWS ParallelCluster, DatabaseUriValidator
    """
    slurm = view.spec.slurm
    if slurm and slurm.accounting and slurm.database == "none":
        yield Fault(_at(view, "database"), "accounting is on and database is 'none'", "use local, or accounting: false")


@rule("RW-SLURM-009", frameworks=("sox", "hipaa", "nist-800-53", "soc2", "fedramp-moderate"))
def jobs_are_recorded(view: View) -> Iterator[Fault]:
    """Under a framework that asks for audit records, jobs are recorded.

    Who ran what, where and when is the audit trail of a cluster.

    Source: 45 CFR 164.312(b); NIST SP 800-53 AU-2, AU-3; SOX section 404
    """
    slurm = view.spec.slurm
    names = [f for f in ("sox", "hipaa", "nist-800-53", "soc2", "fedramp-moderate") if view.follows(f)]
    if slurm and names and not slurm.accounting:
        yield Fault(_at(view, "accounting"), f"accounting is off under {', '.join(names)}", "set accounting: true")


@rule("RW-SLURM-010")
def release_is_a_release(view: View) -> Iterator[Fault]:
    """A pinned Slurm is a release that exists.

    Releases are named by year and month: 24.11, 25.05, 25.11.

    Source: https://slurm.schedmd.com/upgrades.html
    """
    slurm = view.spec.slurm
    if slurm and slurm.version and not _RELEASE.match(slurm.version):
        yield Fault(_at(view, "version"), f"'{slurm.version}' is not a Slurm release", "for example 25.05")


@rule("RW-SLURM-011")
def plugin_fits_the_release(view: View) -> Iterator[Fault]:
    """Slurm and pyxis come from one lock.

    A SPANK plug-in is bound to the release it was compiled with; with another one every `srun` fails.

    Source: https://github.com/NVIDIA/pyxis (Slurm ABI check since 21.08); aws-pcs OPERATIONS, 2.2
    """
    slurm, lock = view.spec.slurm, view.lock
    package = lock.packages.get("slurm-wlm") or lock.packages.get("slurmctld") if lock else None
    if (
        slurm
        and slurm.version
        and slurm.pyxis is not False
        and package
        and not package.version.startswith(slurm.version)
    ):
        summary = f"the spec pins Slurm {slurm.version}, the lock holds {package.version} and pyxis for it"
        yield Fault(_at(view, "version"), summary, "run './rw lock', or leave version out")


@rule("RW-SLURM-012", Severity.WARNING)
def nodes_do_not_flap(view: View) -> Iterator[Fault]:
    """Idle nodes stay long enough to be worth their boot.

    A GPU node takes five to ten minutes to come up; stopped sooner, it spends its life booting.

    Source: AWS ParallelCluster, statistics of compute boot (submit to start 149 to 329 s)
    """
    slurm = view.spec.slurm
    if slurm and slurm.suspend_idle is not None and slurm.suspend_idle < BOOT_MINUTES:
        summary = f"idle nodes stop after {slurm.suspend_idle} minutes, a boot takes up to {BOOT_MINUTES}"
        yield Fault(_at(view, "suspend_idle"), summary, "use 15 minutes or more")


@rule("RW-SLURM-013", Severity.WARNING)
def elastic_nodes_stop(view: View) -> Iterator[Fault]:
    """Elastic pools stop their idle nodes.

    Without a limit a node that was started once runs, and costs, for ever.

    Source: https://slurm.schedmd.com/power_save.html (SuspendTime)
    """
    slurm = view.spec.slurm
    for name in _workers(view) if slurm and slurm.suspend_idle is None else ():
        nodes = view.spec.pools[name].nodes
        if nodes.min < nodes.max:
            summary = f"pool '{name}' grows to {nodes.max} nodes and never shrinks"
            yield Fault(_at(view, "suspend_idle"), summary, "set suspend_idle: 30 minutes")


@rule("RW-SLURM-014", Severity.WARNING)
def nodes_are_checked(view: View) -> Iterator[Fault]:
    """GPUs are checked before jobs and between them.

    A broken GPU takes every job that is sent to it: one bad node drains a queue in minutes.

    Source: https://github.com/aws/containers-roadmap/issues/2432; Llama 3 training: 58.7 % of stops were GPU faults
    """
    slurm = view.spec.slurm
    if slurm and view.nvidia_pools and (slurm.health_check is None or not slurm.prolog_check):
        yield Fault(_at(view), "health_check or prolog_check is off", "leave both at their default")


@rule("RW-SLURM-015")
def block_topology_has_racks(view: View) -> Iterator[Fault]:
    """The block topology is used where nodes come in NVLink racks.

    It places jobs in whole blocks; without racks it only splits the queue.

    Source: https://slurm.schedmd.com/topology.html
    """
    racks = any(pool.machine.nvlink_domain_nodes > 1 for pool in view.pools)
    if view.spec.slurm and view.spec.slurm.topology == "block" and not racks:
        yield Fault(_at(view, "topology"), "topology is block, no pool has NVLink racks", "use tree or auto")


@rule("RW-SLURM-016", Severity.WARNING)
def racks_have_block_topology(view: View) -> Iterator[Fault]:
    """Nodes in NVLink racks are scheduled by block.

    A job spread over racks leaves the 1.8 TB/s of NVLink for the 50 GB/s of the network.

    Source: https://slurm.schedmd.com/topology.html; https://github.com/NVIDIA/topograph
    """
    racks = [pool.name for pool in view.pools if pool.machine.nvlink_domain_nodes > 1]
    if view.spec.slurm and racks and view.spec.slurm.topology in {"tree", "flat"}:
        summary = f"topology is {view.spec.slurm.topology}, pool '{racks[0]}' has NVLink racks"
        yield Fault(_at(view, "topology"), summary, "use block or auto")


@rule("RW-SLURM-017")
def nodes_are_countable(view: View) -> Iterator[Fault]:
    """A cluster has at most 65,533 nodes.

    Source: https://slurm.schedmd.com/slurm.conf.html (MaxNodeCount)
    """
    nodes = sum(view.spec.pools[name].nodes.max for name in _workers(view)) if view.spec.slurm else 0
    if nodes > MOST_NODES:
        yield Fault(("pools",), f"{nodes} nodes, Slurm counts to {MOST_NODES}", "split the cluster")


@rule("RW-SLURM-018", Severity.WARNING)
def partitions_have_one_architecture(view: View) -> Iterator[Fault]:
    """A partition has nodes of one processor architecture.

    A job compiled for one fails on the other, by chance of where it lands.

    Source: AWS ParallelCluster, InstanceArchitectureCompatibilityValidator
    """
    by_name = {pool.name: pool.machine.architecture for pool in view.pools}
    for name, partition in view.spec.slurm.partitions.items() if view.spec.slurm else ():
        kinds = {by_name[pool] for pool in partition.pools if pool in by_name}
        if len(kinds) > 1:
            where = _at(view, "partitions", name)
            yield Fault(where, f"partition '{name}' mixes {' and '.join(sorted(kinds))}", "one partition for each")


@rule("RW-SLURM-019")
def node_names_are_short(view: View) -> Iterator[Fault]:
    """Node names fit a host name.

    A label of DNS has at most 63 characters; ours is ``<pool>-<number>``.

    Source: RFC 1123, section 2.1; AWS ParallelCluster, CustomSlurmNodeNamesValidator
    """
    for name in view.spec.pools:
        if name.endswith("-"):
            yield Fault(("pools", name), f"pool '{name}' gives node names like '{name}-4'", "do not end with a dash")


@rule("RW-SLURM-020", Severity.WARNING)
def preemption_has_priorities(view: View) -> Iterator[Fault]:
    """Preemption has partitions of different priority.

    Between equals nothing is ever preempted.

    Source: https://slurm.schedmd.com/preempt.html (PreemptType=preempt/partition_prio)
    """
    slurm = view.spec.slurm
    if slurm and slurm.preemption and not _ranked(slurm):
        yield Fault(
            _at(view, "preemption"), "preemption is on, all partitions have one priority", "give them priorities"
        )


def _ranked(slurm: Slurm) -> bool:
    return len({partition.priority for partition in slurm.partitions.values()}) > 1


@rule("RW-SLURM-021", Severity.WARNING)
def preempted_jobs_come_back(view: View) -> Iterator[Fault]:
    """Pools that lose nodes on the way requeue their jobs.

    On spot, and with preemption, a job that is not requeued is simply gone.

    Source: https://slurm.schedmd.com/slurm.conf.html (JobRequeue)
    """
    slurm = view.spec.slurm
    spot = [name for name in _workers(view) if view.spec.pools[name].capacity.kind == "spot"]
    if slurm and not slurm.requeue and (spot or slurm.preemption):
        yield Fault(_at(view, "requeue"), "jobs are not requeued, but nodes can be taken away", "set requeue: true")


@rule("RW-SLURM-022")
def managed_database_is_on_aws(view: View) -> Iterator[Fault]:
    """An Aurora database is used on AWS.

    Source: our own model: Aurora is a service of AWS
    """
    if view.spec.slurm and view.spec.slurm.database == "aurora" and view.on_prem:
        yield Fault(_at(view, "database"), "Aurora is a service of AWS", "use local")


@rule("RW-SLURM-023")
def split_pools_exist(view: View) -> Iterator[Fault]:
    """A split scheduler names pools that exist, each on one side.

    A node with both slurmd and kubelet gives its GPUs away twice.

    Source: https://slurm.schedmd.com/kubernetes.html (Slurm and Kubernetes side by side)
    """
    scheduler = view.spec.scheduler
    if scheduler.kind != "split":
        return
    for side in ("slurm_pools", "kubernetes_pools"):
        for index, pool in enumerate(getattr(scheduler, side)):
            if pool not in view.spec.pools:
                yield Fault(("scheduler", side, index), f"there is no pool '{pool}'", "name pools of the spec")
    for pool in sorted(set(scheduler.slurm_pools) & set(scheduler.kubernetes_pools)):
        yield Fault(("scheduler",), f"pool '{pool}' is under both schedulers", "put it on one side")


@rule("RW-SLURM-024")
def split_pools_are_complete(view: View) -> Iterator[Fault]:
    """A split scheduler has every worker pool on one side.

    Source: https://slurm.schedmd.com/kubernetes.html
    """
    scheduler = view.spec.scheduler
    if scheduler.kind != "split":
        return
    placed = {*scheduler.slurm_pools, *scheduler.kubernetes_pools}
    for name, pool in view.spec.pools.items():
        if pool.role in {"gpu", "cpu"} and name not in placed:
            yield Fault(
                ("pools", name), f"pool '{name}' is under no scheduler", "add it to slurm_pools or kubernetes_pools"
            )


@rule("RW-SLURM-025", Severity.WARNING)
def users_do_not_log_in_to_the_head(view: View) -> Iterator[Fault]:
    """Clusters with many users' sensitive data have login nodes.

    On the head node a user's runaway program stops the scheduler, and root there is root everywhere.

    Source: https://github.com/aws/aws-parallelcluster/issues/4179; NIST SP 800-53 AC-6, SC-2
    """
    if (
        view.spec.slurm
        and view.sensitive
        and len(view.spec.access.groups) > FEW_GROUPS
        and not view.spec.pools_of("login")
    ):
        summary = f"{len(view.spec.access.groups)} groups of users and no login pool"
        yield Fault(("pools",), summary, "add login: {role: login, …}")


@rule("RW-SLURM-026")
def time_fits_the_pools(view: View) -> Iterator[Fault]:
    """A partition's longest job is not longer than its pools allow.

    The pool's limit comes from its capacity; the partition would promise more.

    Source: https://slurm.schedmd.com/slurm.conf.html (MaxTime)
    """
    for name, partition in view.spec.slurm.partitions.items() if view.spec.slurm else ():
        limits = [view.spec.pools[p].max_time for p in partition.pools if p in view.spec.pools]
        shortest = min((_minutes(limit) for limit in limits if limit), default=None)
        if partition.max_time and shortest is not None and _minutes(partition.max_time) > shortest:
            summary = f"max_time {partition.max_time} is longer than that of a pool ({shortest} minutes)"
            yield Fault(_at(view, "partitions", name, "max_time"), summary, "lower it")


def _minutes(text: str) -> int:
    """Minutes of Slurm's ``[days-]hours:minutes:seconds``."""
    days, dash, rest = text.partition("-")
    hours, minutes, _ = (int(part) for part in (rest if dash else days).split(":"))
    return (int(days) * 1440 if dash else 0) + hours * 60 + minutes


@rule("RW-SLURM-027")
def containers_in_jobs_have_their_packages(view: View) -> Iterator[Fault]:
    """Containers in Slurm's jobs go with a mirror, or with images that hold their packages.

    enroot is published as files of a release, and pyxis as source that is built for one Slurm; no public package
    repository holds either, so a node would stop at them.

    Source: https://github.com/NVIDIA/enroot/releases; https://github.com/NVIDIA/pyxis#installation
    """
    slurm, spec = view.spec.slurm, view.spec
    elsewhere = spec.target.kind == "local" or package_source(spec) == "mirror"
    if slurm is None or not slurm.pyxis or elsewhere:
        return
    if bare := [name for name in _workers(view) if spec.pools[name].role == "gpu" and not spec.pools[name].ami]:
        summary = f"jobs shall run in containers, and pools {', '.join(bare)} have no source of enroot and pyxis"
        hint = "name a mirror that holds them (software.mirror; ./rw mirror sync makes one), or leave pyxis out"
        yield Fault(_at(view, "pyxis"), summary, hint)
