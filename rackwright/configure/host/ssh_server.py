"""Settings of the ssh server, from who may come in and how. Pure.

The first value that sshd reads for a keyword wins, and the file is read before the distribution's own.
Sources: CIS Debian Linux 12 Benchmark v1.1.0, section 5.1; sshd_config(5) of OpenSSH 8.9 (Ubuntu 22.04) to 10.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.design.host_model import HostSettings

AUTHORITIES = "/etc/ssh/user_authorities.pub"
"""File of the public keys whose certificates let people in."""

KEY_EXCHANGE = "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org"
CIPHERS = "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr"
MACS = "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com"

Setting = tuple[str, str]


def settings(hosts: HostSettings, automation: str) -> list[Setting]:
    """Keyword and value of every global setting, in the order of the file. `automation` is the login of Ansible."""
    return [*_ways_in(hosts), *_who(hosts, automation), *_sessions(hosts), *_cryptography()]


def second_factor_groups(hosts: HostSettings) -> list[str]:
    """Groups whose members give a one-time code after their key; empty without a second factor."""
    return [group.name for group in hosts.groups if group.sudo] if hosts.second_factor else []


def _ways_in(hosts: HostSettings) -> Iterator[Setting]:
    yield "PasswordAuthentication", "yes" if hosts.passwords else "no"
    yield "KbdInteractiveAuthentication", "no"
    yield "PermitEmptyPasswords", "no"
    yield "PermitRootLogin", "no" if hosts.strict else "prohibit-password"
    yield "HostbasedAuthentication", "no"
    yield "GSSAPIAuthentication", "no"
    yield "IgnoreRhosts", "yes"
    yield "UsePAM", "yes"
    # When strict, keys come from the spec alone (keys-of), and people cannot add to them.
    yield "AuthorizedKeysFile", "none" if hosts.strict else ".ssh/authorized_keys"
    if hosts.ssh_authorities:
        yield "TrustedUserCAKeys", AUTHORITIES


def _who(hosts: HostSettings, automation: str) -> Iterator[Setting]:
    """Only people of the spec and the automation, where the nodes themselves know who there is."""
    if hosts.strict and hosts.groups:
        yield "AllowGroups", " ".join([automation, *(group.name for group in hosts.groups)])


def _sessions(hosts: HostSettings) -> Iterator[Setting]:
    yield "PermitUserEnvironment", "no"
    yield "X11Forwarding", "no"
    yield "DisableForwarding", "no"
    yield "MaxAuthTries", "4"
    yield "MaxSessions", "32"  # Ansible and acceptance multiplex many sessions over one connection
    yield "MaxStartups", "30:30:100"
    yield "LoginGraceTime", "60"
    yield "ClientAliveInterval", "30"
    yield "ClientAliveCountMax", str(max(1, hosts.idle_minutes * 2)) if hosts.strict else "10"
    yield "LogLevel", "VERBOSE"
    if hosts.strict:
        yield "Banner", "/etc/issue.net"


def _cryptography() -> Iterator[Setting]:
    yield "KexAlgorithms", KEY_EXCHANGE
    yield "Ciphers", CIPHERS
    yield "MACs", MACS
