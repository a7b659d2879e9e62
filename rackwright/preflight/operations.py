"""Patching, monitoring, names and tags."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from rackwright.catalog.load import nearest
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View

MOST_AWAY = 50
"""Percent of a pool."""
LONGEST_KEY, LONGEST_VALUE = 128, 256
LONGEST_ROLE = 64
LARGE, LEAST_INTERVAL = 1000, 10
"""Nodes from which a cluster is large, and the seconds between two measurements there."""

MOST_TAGS = 50
OWN_TAGS = 7
"""Tags that the tool adds to a resource."""


@rule("RW-OPS-001")
def window_has_a_time_zone(view: View) -> Iterator[Fault]:
    """The patch window's time zone exists.

    Source: https://www.iana.org/time-zones
    """
    zone = view.spec.patching.window.split()[-1]
    if zone not in _zones():
        yield Fault(("patching", "window"), f"'{zone}' is not a time zone", _near_zone(zone))


@rule("RW-OPS-002")
def nodes_have_a_time_zone(view: View) -> Iterator[Fault]:
    """The nodes' time zone exists.

    Source: https://www.iana.org/time-zones
    """
    zone = view.spec.timezone
    if zone not in _zones():
        yield Fault(("timezone",), f"'{zone}' is not a time zone", _near_zone(zone))


@cache
def _zones() -> frozenset[str]:
    """Every time zone of the tz database; listing it walks a folder, so it is listed once."""
    return frozenset(available_timezones())


def _near_zone(zone: str) -> str:
    near = nearest(zone, _zones())
    return f"did you mean '{near}'?" if near else "for example UTC or Europe/Berlin"


@rule("RW-OPS-003")
def patching_leaves_a_cluster(view: View) -> Iterator[Fault]:
    """Patching leaves at least half of a pool working.

    Source: https://github.com/stackhpc/ansible-slurm-appliance/pull/1032 (batches); our line: half
    """
    most = view.spec.patching.max_unavailable
    if isinstance(most, float) and most > MOST_AWAY:
        yield Fault(
            ("patching", "max_unavailable"), f"{most:g} % of a pool may be away, at most {MOST_AWAY} %", "use 10%"
        )


@rule("RW-OPS-004", Severity.WARNING)
def jobs_end_before_patching(view: View) -> Iterator[Fault]:
    """Nodes are drained before they are changed.

    A driver replaced under a running job ends the job, and often the node.

    Source: https://github.com/stackhpc/ansible-slurm-appliance/pull/1032,
    https://github.com/Mellanox/network-operator/issues/1084
    """
    if not view.spec.patching.drain:
        yield Fault(("patching", "drain"), "running jobs are killed by patching", "set it to true")


@rule("RW-OPS-005", Severity.WARNING)
def fixes_take_effect(view: View) -> Iterator[Fault]:
    """Nodes restart when a fix needs it.

    A new kernel or driver that is installed and not loaded fixes nothing.

    Source: https://github.com/NVIDIA/ansible-role-nvidia-driver/issues/20; NIST SP 800-53 SI-2
    """
    if view.spec.patching.reboot == "never":
        yield Fault(("patching", "reboot"), "kernel and driver fixes never take effect", "use when-needed")


@rule("RW-OPS-006")
def tags_are_legal(view: View) -> Iterator[Fault]:
    """Tags have legal keys and values.

    Keys have at most 128 characters and do not begin with ``aws:``; values at most 256.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    """
    sets = [(("tags",), view.spec.tags), *((("pools", n, "tags"), p.tags) for n, p in view.spec.pools.items())]
    for path, tags in sets:
        for key, value in tags.items():
            if key.lower().startswith("aws:") or not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
                yield Fault((*path, key), f"'{key}' is not a legal tag", f"1 to {LONGEST_KEY} characters, not aws:…")


@rule("RW-OPS-007")
def tags_are_few(view: View) -> Iterator[Fault]:
    """A resource has at most fifty tags, ours included.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    """
    for name, pool in view.spec.pools.items():
        count = len({*view.spec.tags, *pool.tags}) + OWN_TAGS
        if count > MOST_TAGS:
            yield Fault(("pools", name, "tags"), f"{count} tags with ours, the limit is {MOST_TAGS}", "remove some")


@rule("RW-OPS-008")
def own_tags_are_left_alone(view: View) -> Iterator[Fault]:
    """Tags do not begin with ``rackwright:``.

    These are ours: nodes are found by them.

    Source: our own model
    """
    sets = [(("tags",), view.spec.tags), *((("pools", n, "tags"), p.tags) for n, p in view.spec.pools.items())]
    for path, tags in sets:
        for key in tags:
            if key.startswith("rackwright:") or key == "Name":
                yield Fault((*path, key), f"'{key}' is set by the tool", "use another key")


@rule("RW-OPS-009", Severity.WARNING)
def gpus_are_watched(view: View) -> Iterator[Fault]:
    """GPUs are watched.

    58.7 % of the stops of a 16,384-GPU training run were GPU faults, most of them announced by counters.

    Source: The Llama 3 Herd of Models, table 5 (https://arxiv.org/abs/2407.21783)
    """
    monitoring = view.spec.monitoring
    if view.nvidia_pools and not (monitoring.prometheus and monitoring.dcgm_exporter):
        yield Fault(("monitoring",), "prometheus or dcgm_exporter is off", "leave both on")


@rule("RW-OPS-010")
def dashboards_have_data(view: View) -> Iterator[Fault]:
    """Grafana has Prometheus behind it.

    Source: our own model: the dashboards ask Prometheus
    """
    if view.spec.monitoring.grafana and not view.spec.monitoring.prometheus:
        yield Fault(("monitoring", "grafana"), "grafana is on and prometheus is off", "switch both the same way")


@rule("RW-OPS-011", Severity.WARNING)
def metrics_are_not_too_many(view: View) -> Iterator[Fault]:
    """Large clusters are not asked for metrics every few seconds.

    1,000 nodes with 8 GPUs give about a million series; at 5 s one Prometheus has to take 200,000 samples a second.

    Source: https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects
    """
    nodes = sum(pool.most for pool in view.pools)
    if view.spec.monitoring.prometheus and nodes >= LARGE and view.spec.monitoring.scrape_seconds < LEAST_INTERVAL:
        summary = f"{nodes} nodes every {view.spec.monitoring.scrape_seconds} s"
        yield Fault(("monitoring", "scrape_seconds"), summary, "use 15 or more")


@rule("RW-OPS-012", Severity.WARNING)
def errors_are_corrected(view: View) -> Iterator[Fault]:
    """GPU memory corrects its errors.

    Without ECC a flipped bit spoils a training run without a sign.

    Source: https://docs.nvidia.com/deploy/gpu-debug-guidelines/ (ECC); The Llama 3 Herd of Models, table 5
    """
    for name, pool in view.spec.pools.items():
        if pool.role == "gpu" and not pool.gpus.ecc:
            yield Fault(("pools", name, "gpus", "ecc"), "memory errors are not corrected", "set it to true")


@rule("RW-OPS-013")
def pool_names_fit(view: View) -> Iterator[Fault]:
    """Names of stack and pool together fit what AWS takes.

    An IAM role's name has at most 64 characters; ours is ``<stack>-<pool>-`` and a suffix of up to 12.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    for name in view.spec.pools:
        length = len(view.spec.name) + len(name) + 14
        if length > LONGEST_ROLE:
            yield Fault(
                ("pools", name),
                f"names of pool '{name}' would have {length} characters of {LONGEST_ROLE}",
                "shorten one",
            )


@rule("RW-OPS-014", Severity.WARNING)
def patching_and_window_agree(view: View) -> Iterator[Fault]:
    """Clusters with jobs over many days are not patched daily.

    A daily window drains nodes all the time and starts no long job.

    Source: https://slurm.schedmd.com/reservations.html (maintenance reservations hold back long jobs)
    """
    limits = [pool.max_time for pool in view.spec.pools.values() if pool.max_time]
    long = [limit for limit in limits if "-" in limit]
    if view.spec.patching.window.startswith("daily") and view.spec.patching.drain and long:
        yield Fault(("patching", "window"), f"a daily window and jobs of up to {max(long)}", "use a weekly window")


@rule("RW-OPS-015")
def rules_name_a_target(view: View) -> Iterator[Fault]:
    """CloudWatch, GuardDuty and Config are not asked for on a site of one's own.

    Source: our own model: these are services of AWS
    """
    monitoring = view.spec.monitoring
    for key in ("guardduty", "config_recorder", "detailed"):
        if view.on_prem and getattr(monitoring, key):
            yield Fault(("monitoring", key), f"'{key}' is a service of AWS", "set it to false")
