"""The host roles on real machines: converged, proven by the real tools, converged again, attacked, mended."""

from __future__ import annotations

import base64
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from rackwright.configure import ConfigureResult
from rackwright.configure.host.second_factor import seed
from tests.integration.host_machines import SECRETS, Machines, code, running_machines

pytestmark = [
    pytest.mark.machines,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with running_machines(tmp_path_factory.mktemp("hosts")) as made:
        yield made


@pytest.fixture(scope="module")
def first(machines: Machines) -> ConfigureResult:
    result = machines.run()
    result.raise_if_failed()
    return result


CHECKS = {
    "sshd takes its settings": "sshd -t",
    "sudo takes its settings": "visudo -c -q",
    "nftables takes its rules": "nft --check --file /etc/nftables.conf",
    "the audit takes its rules": "augenrules --check",
    "AIDE takes its settings": "aide --config=/etc/aide/rackwright.conf --config-check",
    "fail2ban takes its settings": "fail2ban-client --test",
    "chrony takes its settings": "chronyd -p -f /etc/chrony/chrony.conf",
    "apt takes its settings": "apt-config dump",
    "units are well written": "systemd-analyze verify rackwright-integrity.timer rackwright-roce.service own.mount "
    "rackwright-scratch.service fsx.mount rackwright-quota.service",
    "the RoCE program is well written": "sh -n /usr/local/lib/rackwright/roce",
    "no unit has failed": "systemctl --failed --no-legend | { ! grep . ; }",
    "one address has no more than its failures": "fail2ban-client status sshd",
    "partitions are those of the design": "grep -qx Default=0x7fff,.ipoib,.defmember=full.:.ALL,.ALL_SWITCHES=full,."
    "SELF=full\\; /etc/opensm/partitions.conf",
    "the program of the scratch volume is Python": "python3 -m py_compile /usr/local/lib/rackwright/scratch",
}


def test_the_real_tools_take_what_the_roles_wrote(machines: Machines, first: ConfigureResult) -> None:
    assert first.changed > 0
    found = {what: machines.on(machines.login, f"sudo sh -c '{line}'") for what, line in CHECKS.items()}
    assert {what: done.stdout + done.stderr for what, done in found.items() if done.returncode} == {}


def test_a_second_run_still_connects_and_changes_nothing(machines: Machines, first: ConfigureResult) -> None:
    again = machines.run()
    assert (again.changed, again.failed) == (0, ())


def test_people_come_in_with_their_key_and_nobody_else_does(machines: Machines, first: ConfigureResult) -> None:
    assert machines.as_person("ben", "id -un").stdout == "ben\n"
    assert machines.as_person("mallory", "id -un").returncode != 0
    assert "Authorised use only" in machines.as_person("ben", "true").stderr


def test_an_administrator_needs_a_code_to_come_in_and_to_become_root(
    machines: Machines, first: ConfigureResult
) -> None:
    assert machines.as_person("ada", "id -un", answer="000000").returncode != 0
    came = machines.as_person("ada", "id -un", answer=code("ada"))
    assert came.stdout == "ada\n", came.stderr
    again = machines.as_person("ada", "true", answer=code("ada"))
    assert again.returncode != 0, "a code that was used is worth nothing"
    assert machines.on(machines.login, "sudo -u ben sudo --non-interactive true").returncode != 0
    assert "sudo: a password is required" in machines.on(machines.login, "sudo -u ada sudo -n true").stderr


def test_a_certificate_of_the_authority_opens_the_door_until_it_runs_out_and_for_its_own_name_only(
    machines: Machines, first: ConfigureResult
) -> None:
    def comes_in(*limits: str) -> bool:
        key = machines.key_of("guest")
        sign = ["ssh-keygen", "-q", "-s", machines.key_of("authority"), "-I", "t", *limits, f"{key}.pub"]
        subprocess.run(sign, check=True)
        return machines.as_person("ben", "true", key="guest").returncode == 0

    assert comes_in("-n", "ben", "-V", "-5m:+5m")
    assert not comes_in("-n", "ben", "-V", "-10m:-5m"), "it has run out"
    assert not comes_in("-n", "ada", "-V", "-5m:+5m"), "it is somebody else's"


def test_a_member_of_the_group_becomes_root_with_a_code_and_nobody_else_does(
    machines: Machines, first: ConfigureResult
) -> None:
    def as_root(person: str, given: str) -> subprocess.CompletedProcess[str]:
        return machines.on(machines.login, f"echo {given} | sudo -u {person} sudo -S -p '' id -un")

    assert as_root("ada", "000000").returncode != 0
    became = as_root("ada", code("ada", steps=1))  # the code of now may have been used at the door
    assert became.stdout == "root\n", became.stderr
    assert as_root("ben", code("ben")).returncode != 0
    told = machines.said(machines.login, "sudo cat /var/log/sudo.log")
    assert "USER=root" in told
    assert "/usr/bin/id" in told


SECURITY = """\
set -e
mkdir -p /srv/{suite} && cd /srv/{suite}
for name in {names}; do
    mkdir -p $name/DEBIAN
    printf 'Package: %s\\nVersion: 99999\\nArchitecture: all\\nMaintainer: T <t@example.org>\\nDescription: T\\n' \\
        $name > $name/DEBIAN/control
    dpkg-deb --build $name . > /dev/null
done
python3 - <<'END'
import hashlib, pathlib, subprocess
index = ""
for path in sorted(pathlib.Path(".").glob("*.deb")):
    fields = subprocess.run(["dpkg-deb", "--field", path], capture_output=True, text=True, check=True).stdout
    data = path.read_bytes()
    index += fields + f"Filename: ./{{path}}\\nSize: {{len(data)}}\\nSHA256: {{hashlib.sha256(data).hexdigest()}}\\n\\n"
pathlib.Path("Packages").write_text(index)
digest = hashlib.sha256(index.encode()).hexdigest()
pathlib.Path("Release").write_text(
    "Origin: Debian\\nLabel: {label}\\nSuite: {suite}\\nCodename: {suite}\\nDate: Thu, 01 Jan 2026 00:00:00 UTC\\n"
    f"SHA256:\\n {{digest}} {{len(index)}} Packages\\n"
)
END
echo "deb [trusted=yes] file:/srv/{suite} ./" > /etc/apt/sources.list.d/t-{suite}.list
"""
"""Makes a folder of packages, newer than any, that calls itself a part of Debian's archive."""


def test_unattended_upgrades_take_security_fixes_and_nothing_that_the_lock_keeps(
    machines: Machines, first: ConfigureResult
) -> None:
    fixes = {"suite": "trixie-security", "label": "Debian-Security", "names": "tzdata munge"}
    others = {"suite": "trixie-updates", "label": "Debian", "names": "less"}
    machines.said(
        machines.node, "sudo apt-get install --quiet --yes --no-install-recommends munge less > /dev/null 2>&1"
    )
    for wanted in (fixes, others):
        script = base64.b64encode(SECURITY.format(**wanted).encode()).decode()
        machines.said(machines.node, f"echo {script} | base64 -d | sudo bash")
    try:
        machines.said(machines.node, "sudo apt-get update --quiet")
        told = machines.said(machines.node, "sudo unattended-upgrade --dry-run --verbose 2>&1")
    finally:
        machines.on(machines.node, "sudo rm /etc/apt/sources.list.d/t-*; sudo apt-get update --quiet")
    [taken] = [line for line in told.splitlines() if line.startswith("Packages that will be upgraded:")]
    assert taken.split(": ")[1].split() == ["tzdata"], told
    calendar = machines.said(machines.node, "systemctl cat apt-daily-upgrade.timer")
    assert "OnCalendar=\nOnCalendar=Sun *-*-* 02:00:00 UTC" in calendar, calendar


def test_an_address_that_keeps_failing_is_shut_out_and_others_are_not(
    machines: Machines, first: ConfigureResult
) -> None:
    bad, good = machines.desk("mallory"), machines.desk("ben")
    assert reaches(str(machines.login.address), 22, source=bad), "it is a network of administrators"
    for _ in range(6):
        with suppress(subprocess.TimeoutExpired):  # the ban comes while it connects
            machines.as_person("mallory", "true", patience_s=8)
    wait_until(lambda: bad in machines.on(machines.login, "sudo nft list table inet f2b-table").stdout)
    assert not reaches(str(machines.login.address), 22, source=bad)
    assert reaches(str(machines.login.address), 22, source=good)
    told = machines.said(machines.login, "sudo fail2ban-client status sshd")
    assert bad in told.split("Banned IP list:")[1]


TUNNEL = """\
set -e
mkdir -p /run/t-tunnel && cd /run/t-tunnel
name=$(sed -n 's/^checkHost = //p' /etc/stunnel/rackwright-home.conf)
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out own -days 1 -subj /CN=t \\
    -addext "subjectAltName=DNS:$name" 2> /dev/null
openssl s_server -accept 127.0.0.1:20499 -cert own -key key -quiet -rev > /dev/null 2>&1 &
timeout 20 sh -c 'until ss --listening --tcp --numeric | grep -q :20499; do :; done'
port=20490
for authority in own /etc/ssl/certs/ca-certificates.crt; do
    port=$((port + 1))
    sed "s#^accept = .*#accept = 127.0.0.1:$port#; s#^connect = .*#connect = 127.0.0.1:20499#
        s#^CAfile = .*#CAfile = $(realpath $authority)#; 1i pid = /run/t-tunnel/$port.pid" \\
        /etc/stunnel/rackwright-home.conf > $port.conf
    stunnel $port.conf > /dev/null 2>&1
    exec 3<> /dev/tcp/127.0.0.1/$port
    echo abc >&3
    read -r -t 10 answer <&3 || answer=nothing
    echo $answer
    kill $(cat $port.pid)
done
kill %1
"""
"""Sends a word through the role's tunnel to a server with the right name, whose authority it knows, or does not."""


def test_a_tunnel_of_efs_speaks_to_a_server_that_it_can_prove_and_to_no_other(
    machines: Machines, first: ConfigureResult
) -> None:
    script = base64.b64encode(TUNNEL.encode()).decode()
    assert machines.said(machines.login, f"echo {script} | base64 -d | sudo bash").split() == ["cba", "nothing"]


def wait_until(true: Callable[[], bool], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.3)


def reaches(address: str, port: int, source: str = "") -> bool:
    try:
        socket.create_connection((address, port), timeout=2, source_address=(source, 0)).close()
    except OSError:
        return False
    return True


def test_only_admitted_ports_answer(machines: Machines, first: ConfigureResult) -> None:
    address = str(machines.node.address)
    machines.said(machines.node, "sudo systemd-run --quiet --unit t-listen python3 -m http.server 5555")
    ask = f"import socket; socket.create_connection(('{address}', %d), timeout=2)"
    try:
        assert machines.on(machines.node, f'python3 -c "{ask % 5555}"').returncode == 0, "nobody listens"
        assert reaches(address, 22)
        assert not reaches(address, 5555)
        assert machines.on(machines.login, f'python3 -c "{ask % 5555}"').returncode != 0
        assert machines.on(machines.login, f'python3 -c "{ask % 22}"').returncode == 0
    finally:
        machines.on(machines.node, "sudo systemctl stop t-listen")


def with_firewall(site: dict[str, Any], **variables: object) -> dict[str, Any]:
    site["all"]["hosts"]["train-1"] |= variables
    return site


def test_rules_that_shut_the_controller_out_are_refused(machines: Machines, first: ConfigureResult) -> None:
    networks = ["192.0.2.0/24"]
    rules = [{"name": "ssh from elsewhere", "networks": networks, "protocol": "tcp", "ports": "22"}]
    site = with_firewall(machines.site(), firewall_rules=rules, firewall_admin_networks=networks)
    refused = machines.run(site, "base.yml", "train-1")
    assert len(refused.failed) == 1
    assert "add it to network.allowed_admin_cidrs" in refused.failed[0].error
    assert machines.on(machines.node, "true").returncode == 0


def test_rules_that_close_the_door_by_mistake_are_taken_back(machines: Machines, first: ConfigureResult) -> None:
    rules = [{"name": "a mistake", "networks": ["192.0.2.0/24"], "protocol": "tcp", "ports": "22"}]
    site = with_firewall(machines.site(), firewall_rules=rules, firewall_grace_s=3)
    mistaken = machines.run(site, "base.yml", "train-1")
    assert len(mistaken.failed) == 1
    assert "the former ones are back" in mistaken.failed[0].error


def test_the_right_rules_come_back_and_drift_is_repaired(machines: Machines, first: ConfigureResult) -> None:
    drift = (
        "nft delete table inet rackwright; rm /etc/ssh/people_keys; chmod 644 /etc/shadow; gpasswd -d ada admins;"
        "systemctl disable --now fail2ban; sed -i s/no/yes/ /etc/ssh/sshd_config.d/10-rackwright.conf"
    )
    machines.on(machines.node, f"sudo sh -c '{drift}'")
    repaired = machines.run(playbook="base.yml", limit="train-1")
    assert repaired.failed == ()
    assert repaired.changed > 0
    assert "admins" in machines.said(machines.node, "id -Gn ada")
    assert "policy drop" in machines.said(machines.node, "sudo nft list table inet rackwright")
    assert machines.said(machines.node, "stat -c %a /etc/shadow; systemctl is-active fail2ban") == "640\nactive\n"


def test_a_file_that_changed_without_a_reason_is_named(machines: Machines, first: ConfigureResult) -> None:
    machines.said(machines.node, "echo '# by hand' | sudo tee -a /etc/pam.d/su")
    machines.on(machines.node, "sudo systemctl start rackwright-integrity.service")
    told = machines.said(machines.node, "sudo journalctl --unit rackwright-integrity.service --no-pager")
    assert "/etc/pam.d/su" in told
    machines.said(machines.node, "sudo sed -i '$d' /etc/pam.d/su; sudo systemctl reset-failed")


def test_the_seed_that_a_person_enrols_is_that_of_the_hosts(machines: Machines, first: ConfigureResult) -> None:
    line = machines.said(
        machines.login, "sudo cat /etc/security/users.oath | tr '\\t' ' ' | cut -d' ' -f2,4 | grep ^ada"
    ).split()
    assert bytes.fromhex(line[1]) == seed(SECRETS["mfa_secret"], "ada")
    assert len(base64.b32encode(bytes.fromhex(line[1]))) == 32


def test_a_person_who_leaves_comes_in_no_more_and_the_files_stay(machines: Machines, first: ConfigureResult) -> None:
    assert machines.as_person("ben", "touch kept").returncode == 0
    site = machines.site()
    told = site["all"]["children"]["users"]["vars"]
    told["users_people"] = [person for person in told["users_people"] if person["name"] != "ben"]
    machines.run(site, "base.yml", "login-1").raise_if_failed()
    assert machines.as_person("ben", "true").returncode != 0
    assert (
        machines.said(machines.login, "sudo passwd --status ben | cut -d' ' -f2; sudo ls ~ben/kept").split()[0] == "L"
    )
