"""No program runs from where everybody writes.

Requirement: /tmp, /var/tmp and /dev/shm are mounted with nodev, nosuid and noexec.
Why it matters: an intruder's first program lands where everybody may write.
What it looks at: options of these mounts; a directory that is no mount of its own is a finding for /tmp and /dev/shm.
Known limits: `noexec` on /tmp breaks some installers (the CUDA runfile): waive the rule for the build host. /dev/shm
keeps exec where CUDA needs it: only nodev and nosuid are asked there.
Fix: mount them with these options.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, texts
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = {"tmp": ("nodev", "nosuid", "noexec"), "dev/shm": ("nodev", "nosuid")}
WHERE_MOUNTED = {"var/tmp": ("nodev", "nosuid", "noexec")}
"""Mount point below / -> options."""


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "mounts")
    options = {str(each.value("target", "")).lstrip("/"): texts(each.value("options")) for each in maps(host, "mounts")}
    for target, wanted in {**WANTED, **WHERE_MOUNTED}.items():
        missing = [option for option in wanted if option not in options.get(target, ())]
        if target not in options and target in WANTED:
            yield f"/{target} is no mount of its own"
        elif target in options and missing:
            yield f"/{target} lacks {', '.join(missing)}"


RULE = Rule(
    id="RW-PHST-021",
    title="No program runs from where everybody writes",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening"),
    fix="mount /tmp with nodev,nosuid,noexec",
    code="tmpfs /tmp tmpfs nodev,nosuid,noexec,mode=1777 0 0",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
