"""When fixes are looked for and installed: the spec's window in Systems Manager's words."""

from __future__ import annotations

from rackwright.catalog.operating_systems import system_of
from rackwright.design.governance import Patching
from rackwright.spec.cluster import ClusterSpec

HOURS, CUTOFF_HOURS = 4, 1
"""Length of the window and of its end in which nothing new starts (our choice; Systems Manager takes 1 to 24)."""

LONGEST_WAIT_DAYS = 7
"""Our choice: a week shows the faults of a fix, and leaves half of the usual fifteen days to install it."""

EVERY_DAY = "*"


def patching_of(spec: ClusterSpec) -> Patching | None:
    """The patch window; None on a site of one's own, where the playbooks do it."""
    if spec.target.kind == "on-prem":
        return None
    wanted = spec.patching
    day, at, zone = wanted.window.split()
    hour, minute = at.split(":")
    weekday = EVERY_DAY if day == "daily" else day.upper()
    return Patching(
        schedule=f"cron({int(minute)} {int(hour)} ? * {weekday} *)",
        timezone=zone,
        hours=HOURS,
        cutoff_hours=CUTOFF_HOURS,
        max_concurrency=_at_a_time(wanted.max_unavailable),
        operating_system=system_of(spec.software.os, spec.target.kind).patch_group,
        approve_after_days=min(LONGEST_WAIT_DAYS, wanted.critical_within // 2),
        install=wanted.install == "window",
        reboot="NoReboot" if wanted.reboot == "never" else "RebootIfNeeded",
    )


def _at_a_time(most: float | int) -> str:
    """A share arrives as a float, a count as an int. Systems Manager wants whole percents, at least one."""
    return str(most) if isinstance(most, int) else f"{max(1, int(most))}%"
