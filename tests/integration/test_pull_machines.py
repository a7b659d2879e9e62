"""Nodes that configure themselves, beside one that is pushed to: real machines, the local AWS, the same result."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rackwright.configure.pull import Collector, NodeReport, collect
from rackwright.evidence.keys import new_key
from rackwright.inventory import Host
from tests.integration.node_lab import FIREWALLED, ROLES, Lab, lab_in, wait_until

pytestmark = [
    pytest.mark.machines,
    pytest.mark.cloud,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

HOST_SPECIFIC = {
    r"etc/(hostname|hosts|machine-id)|etc/ssh/ssh_host_.*|etc/systemd/network/10-host0.network": "who the machine is",
    r"etc/default/prometheus-node-exporter": "the address that it listens on",
    r"etc/rackwright/node.json|usr/local/lib/rackwright/fetch.py|var/lib/rackwright(/.*)?": "what pull starts from",
    r"etc/systemd/system/(multi-user.target.wants/)?rackwright-pull.service": "the unit of pull",
    r"var/lib/cloud(/.*)?": "user data of the machine",
    r"var/log/.*|var/cache/.*|tmp/.*|var/tmp/.*|run/.*|.*/__pycache__(/.*)?": "made by programs as they run",
    r"var/lib/(systemd|dbus|chrony|private)(/.*)?|var/lib/apt/(lists/.*|daily_lock)": "made by services as they run",
    r"var/lib/munge/munged.seed": "random",
    r"etc/(passwd|group|shadow|gshadow|subuid|subgid)-": "copies of the version before, made by each tool at its turn",
    r"(root|home/admin)/\.(ansible|ssh|bash_history|cache)(/.*)?": "how one gets in",
    r"etc/ssh/automation_keys": "the keys by which the machine's own cloud lets the automation in",
}
"""Path -> why two machines of one pool may differ there."""

ASKED = {
    "packages": "dpkg-query --show; dpkg --get-selections",
    "held": "apt-mark showhold",
    "units": "systemctl list-unit-files --state=enabled,masked,disabled --no-legend --plain --full | sort",
    "running services": "systemctl list-units --type=service,socket,timer --state=active --plain --no-legend --full"
    " | sed 's/ .*//' | grep --invert-match -e ^systemd- -e ^ldconfig | sort",  # some run at a first boot only
    "accounts": "getent passwd; getent group",
    "firewall": "nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//'",
    "kernel's network": "sysctl net.ipv4.conf.all net.ipv4.tcp_syncookies | sort",
}
"""What is asked of a machine beside its files."""

UNITS_OF_ONE = r"(rackwright-pull.service|rackwright-first-boot.service|user(-runtime-dir)?@.*|session-.*)\b.*\n"
"""Units that say how a machine came to be or who is on it, not what it is."""

Files = dict[str, tuple[int, int, int, str]]
"""Path -> mode, owner, group, content."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab_in(tmp_path_factory.mktemp("pulled")) as made:
        made.roles = (*ROLES, *FIREWALLED)
        yield made


@pytest.fixture(scope="module")
def pulled(lab: Lab) -> Host:
    """A node that was first offered a bundle of another key, then the right one, and rebooted half-way."""
    host = lab.launch(20, pulls=True)
    forged = lab.pack(new_key())
    lab.store.publish(forged.digest, forged.data)
    bundle = lab.pack()
    collector = Collector(lab.store, bundle.digest, {str(host.instance_id): host.name})
    lab.wait_for(host)
    wait_until("the refusal", lambda: bool(collector.look()))
    [refused] = collector.reports.values()
    assert (refused.status, refused.digest) == ("failed", "")
    assert "signature is not the cluster's" in refused.error
    assert lab.on(host, "ls /var/lib/rackwright/bundles/new/content 2>/dev/null").stdout == ""

    lab.store.publish(bundle.digest, bundle.data)
    wait_until("the first phase", lambda: any(_in_base(one) for one in collector.look()))
    lab.on(host, "systemctl reboot")
    result = collect(collector, lambda event: None, timeout_s=300, log=lab.folder / "pull.log")
    result.raise_if_failed()
    [last] = collector.reports.values()
    assert (last.status, last.digest) == ("configured", bundle.digest)
    assert last.attempt >= 2, "the reboot cut the first attempt"
    assert "Base" in [phase.name for phase in result.phases]
    return host


@pytest.fixture(scope="module")
def pushed(lab: Lab) -> Host:
    host = lab.launch(21, pulls=False)
    lab.wait_for(host)
    lab.push([host]).raise_if_failed()
    return host


def _in_base(report: NodeReport) -> bool:
    assert report.status == "running", report.error
    return report.phase == "Base"


def test_a_node_configures_itself_from_the_bundle_that_it_trusts_in_spite_of_a_cut(lab: Lab, pulled: Host) -> None:
    assert lab.on(pulled, "hostname").stdout.strip() == pulled.name
    assert lab.on(pulled, "systemctl is-active munge prometheus-node-exporter").stdout.split() == ["active", "active"]
    assert lab.on(pulled, "ls /run/rackwright-secrets.json").returncode != 0, "the secrets are gone again"
    assert (
        "unmet condition"
        in lab.on(pulled, "systemctl restart rackwright-pull; journalctl -u rackwright-pull -n 3").stdout
    )


def test_a_node_that_pulled_has_the_files_of_one_that_was_pushed_to(lab: Lab, pulled: Host, pushed: Host) -> None:
    ours, theirs = files_of(lab.upper(pulled)), files_of(lab.upper(pushed))
    assert len(theirs) > 100
    assert differing(ours, theirs) == []
    assert answers(lab, pulled) == answers(lab, pushed)


def test_a_push_to_a_node_that_pulled_changes_nothing(lab: Lab, pulled: Host) -> None:
    result = lab.push([pulled])
    result.raise_if_failed()
    assert result.changed == 0


def test_a_node_from_a_baked_image_has_the_same_files_and_less_to_do(lab: Lab, pulled: Host, pushed: Host) -> None:
    wanted, told = files_of(lab.upper(pushed)), answers(lab, pushed)
    with lab.baked_from(pushed) as (image, layer):
        host = lab.launch(22, pulls=True, image=image)
        bundle = lab.pack()
        lab.store.publish(bundle.digest, bundle.data)
        collector = Collector(lab.store, bundle.digest, {str(host.instance_id): host.name})
        lab.wait_for(host)
        result = collect(collector, lambda event: None, timeout_s=300, log=lab.folder / "baked.log")
        result.raise_if_failed()
        found = {**files_of(layer), **files_of(lab.upper(host))}
        assert differing(found, wanted) == []
        assert answers(lab, host) == told
        assert result.changed < 12, "packages and settings are in the image; secrets, addresses and services are not"


def differing(ours: Files, theirs: Files) -> list[str]:
    return sorted(path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path))


def answers(lab: Lab, host: Host) -> dict[str, str]:
    """What the machine says of itself, without what is its own."""
    found = {}
    for what, command in ASKED.items():
        done = lab.on(host, command)
        assert done.returncode == 0, done.stderr
        text = re.sub(UNITS_OF_ONE, "", done.stdout)
        found[what] = text.replace(str(host.address), "ADDRESS").replace(host.name, "NAME")
    return found


def files_of(root: Path) -> Files:
    """Path below `root` -> mode, owner, group and content, without what is a machine's own."""
    own = re.compile("|".join(HOST_SPECIFIC))
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder) / name
            if not own.fullmatch(shown := str(path.relative_to(root))):
                found[shown] = _print_of(path)
    return found


def _print_of(path: Path) -> tuple[int, int, int, str]:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        content = str(status.st_rdev)
    return status.st_mode, status.st_uid, status.st_gid, content
