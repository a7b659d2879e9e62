"""Who may log in and do what, and where secrets are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.security import IDLE_MINUTES
from rackwright.preflight.view import View
from rackwright.spec.places import Path

_SECRET = re.compile(
    r"nvapi-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|ghp_[A-Za-z0-9]{36}"
    r"|xox[bp]-[0-9A-Za-z-]{10,}"
)

_SECRET_NAME = re.compile(r"(PASSWORD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)$", re.IGNORECASE)

_WIDE_POLICIES = re.compile(r":aws:policy/(.*/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w+FullAccess)$")


@rule("RW-SEC-009", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53", "cis"))
def second_factor_is_required(view: View) -> Iterator[Fault]:
    """Administration takes a second factor.

    Source: NIST SP 800-53 IA-2(1); PCI DSS 8.4; 45 CFR 164.312(d); CIS AWS Foundations Benchmark 1.10
    """
    why = view.strict or view.audited
    if why and view.spec.access.mfa != "required":
        yield Fault(("access", "mfa"), f"mfa is '{view.spec.access.mfa}' under {why}", "set mfa: required")


@rule("RW-SEC-010", frameworks=("cis", "nist-800-53", "pci-dss"))
def passwords_do_not_open_ssh(view: View) -> Iterator[Fault]:
    """Ssh takes keys, not passwords.

    Source: CIS Ubuntu Linux Benchmark 5.2 (sshd); NIST SP 800-53 IA-5(2)
    """
    if view.spec.access.ssh_passwords:
        yield Fault(("access", "ssh_passwords"), "ssh takes passwords", "set it to false, and use keys or sso")


@rule("RW-SEC-011", Severity.WARNING, frameworks=("nist-800-53", "cis", "pci-dss"))
def default_user_is_not_root(view: View) -> Iterator[Fault]:
    """The image's default user does not become root without a password.

    Source: AWS ParallelCluster, SchedulerDisableSudoAccessForDefaultUserValidator; NIST SP 800-53 AC-6
    """
    if view.spec.access.sudo_default_user:
        yield Fault(("access", "sudo_default_user"), "the default user may become root", "set it to false")


@rule("RW-SEC-012", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53"))
def users_have_one_source(view: View) -> Iterator[Fault]:
    """People who work with sensitive data come from one directory.

    Local accounts stay when people leave.

    Source: 45 CFR 164.308(a)(3)(ii)(C); NIST SP 800-53 AC-2; PCI DSS 8.2
    """
    access = view.spec.access
    central = access.sso or access.users.kind in {"ldap", "sso"}
    if view.spec.data.classification in {"phi", "financial"} and not central:
        summary = f"{view.spec.data.classification} data and local accounts only"
        yield Fault(("access",), summary, "set access.sso, or access.users with kind ldap")


@rule("RW-SEC-013", frameworks=("hipaa", "pci-dss", "nist-800-53"))
def directory_is_encrypted(view: View) -> Iterator[Fault]:
    """A directory is asked over TLS.

    Over ldap:// every password crosses the network in the clear.

    Source: AWS ParallelCluster, DomainAddrValidator; NIST SP 800-53 SC-8
    """
    users = view.spec.access.users
    if users.kind == "ldap" and not (users.address or "").startswith("ldaps://"):
        yield Fault(("access", "users", "address"), f"'{users.address}' is not ldaps://", "use ldaps://")


@rule("RW-SEC-014", Severity.WARNING)
def directory_is_verified(view: View) -> Iterator[Fault]:
    """The directory's certificate is verified.

    Source: AWS ParallelCluster, LdapTlsReqCertValidator
    """
    if not view.spec.access.users.tls_verify:
        yield Fault(("access", "users", "tls_verify"), "any server may pose as the directory", "set it to true")


@rule("RW-SEC-015")
def identity_provider_is_encrypted(view: View) -> Iterator[Fault]:
    """The identity provider is reached over TLS.

    Source: OpenID Connect Core 1.0, section 16.17; NIST SP 800-53 SC-8
    """
    for path, address in ((("access", "sso"), view.spec.access.sso), *_sso_users(view)):
        if address is not None and not address.startswith("https://"):
            yield Fault(path, f"'{address}' is not https://", "use https://")


def _sso_users(view: View) -> list[tuple[Path, str | None]]:
    users = view.spec.access.users
    return [(("access", "users", "address"), users.address or "")] if users.kind == "sso" else []


@rule("RW-SEC-016", frameworks=("sox", "hipaa", "nist-800-53"))
def someone_is_in_charge(view: View) -> Iterator[Fault]:
    """Under a framework that audits, administrators are named.

    Source: NIST SP 800-53 AC-2, AC-6(5); SOX section 404 (access to programs and data)
    """
    if view.spec.target.kind != "local" and view.audited and not view.spec.access.groups.get("admins"):
        yield Fault(("access", "groups"), f"no group 'admins' under {view.audited}", "add admins: [name@example.org]")


@rule("RW-SEC-017", Severity.WARNING, frameworks=("sox",))
def duties_are_separate(view: View) -> Iterator[Fault]:
    """Under SOX nobody is the only administrator.

    Who asks for a change must not be the one who approves it.

    Source: SOX section 404; COBIT 2019 DSS06.03 (segregation of duties); NIST SP 800-53 AC-5
    """
    admins = view.spec.access.groups.get("admins", ())
    others = set(view.spec.access.groups) - {"admins"}
    if view.follows("sox") and len(admins) == 1 and not others:
        yield Fault(("access", "groups", "admins"), "one administrator and no other group", "name a second person")


@rule("RW-SEC-018", frameworks=("hipaa", "sox", "nist-800-53", "pci-dss"))
def node_role_is_narrow(view: View) -> Iterator[Fault]:
    """Nodes are not given administrator or full-access policies.

    Every job runs with the role of its node: whoever submits a job has it too.

    Source: aws-samples awsome-distributed-training, aws-pcs ROADMAP (node role); NIST SP 800-53 AC-6
    """
    for index, arn in enumerate(view.spec.access.node_policies):
        if _WIDE_POLICIES.search(arn):
            where: Path = ("access", "node_policies", index)
            yield Fault(
                where, f"'{arn.rpartition('/')[2]}' on every node", "write a policy with the few actions needed"
            )


@rule("RW-SEC-019", frameworks=("hipaa", "gdpr", "nist-800-53"))
def nodes_read_named_buckets(view: View) -> Iterator[Fault]:
    """Nodes read named buckets, not the whole account.

    Source: aws-samples awsome-distributed-training, aws-pcs ROADMAP (account-wide S3 read); NIST SP 800-53 AC-6
    """
    for index, bucket in enumerate(view.spec.access.node_buckets):
        if "*" in bucket:
            yield Fault(("access", "node_buckets", index), f"'{bucket}' opens every such bucket", "name the buckets")
    for index, arn in enumerate(view.spec.access.node_policies):
        if arn.endswith("/AmazonS3ReadOnlyAccess"):
            where: Path = ("access", "node_policies", index)
            yield Fault(where, "AmazonS3ReadOnlyAccess opens the account's buckets", "use node_buckets")


@rule("RW-SEC-020", frameworks=("nist-800-53", "cis"))
def keys_are_strong(view: View) -> Iterator[Fault]:
    """Ssh keys are Ed25519, ECDSA or RSA, never DSA.

    OpenSSH no longer knows DSA.

    Source: https://www.openssh.com/txt/release-10.0; NIST SP 800-131A
    """
    for index, key in enumerate(view.spec.access.ssh_keys):
        kind = key.split(" ", maxsplit=1)[0]
        if not kind.startswith(("ssh-ed25519", "ecdsa-sha2-", "ssh-rsa", "sk-")):
            yield Fault(("access", "ssh_keys", index), f"'{kind[:20]}' is not an accepted key", "use ssh-ed25519")


@rule("RW-SEC-021")
def no_secret_is_in_the_spec(view: View) -> Iterator[Fault]:
    """No secret is written in the spec.

    The file is in version control, and what was there once stays there.

    Source: NIST SP 800-53 IA-5(7) (no embedded authenticators); CIS Controls 3
    """
    for path, text in _texts(view.spec.model_dump(mode="json")):
        if _SECRET.search(text):
            yield Fault(path, "this is a secret", "put it into the secret store and name it here; renew it now")


def _texts(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


@rule("RW-SEC-022")
def environment_has_no_secret(view: View) -> Iterator[Fault]:
    """The environment of jobs holds no password, token or key.

    Every user of a node can read the environment of jobs through the scheduler.

    Source: NIST SP 800-53 IA-5(7); https://slurm.schedmd.com/scontrol.html (show job)
    """
    for name, pool in view.spec.pools.items():
        for key in pool.environment:
            if _SECRET_NAME.search(key):
                where: Path = ("pools", name, "environment", key)
                yield Fault(where, f"'{key}' looks like a secret", "let the job read it from the secret store")


@rule("RW-SEC-023", Severity.WARNING, frameworks=("hipaa", "pci-dss", "nist-800-53"))
def sessions_end(view: View) -> Iterator[Fault]:
    """Idle sessions end after a quarter of an hour.

    Source: PCI DSS 8.2.8 (15 minutes); 45 CFR 164.312(a)(2)(iii); NIST SP 800-53 AC-12
    """
    if view.strict and view.spec.access.idle_logout > IDLE_MINUTES:
        summary = f"idle_logout is {view.spec.access.idle_logout} minutes under {view.strict}"
        yield Fault(("access", "idle_logout"), summary, f"use {IDLE_MINUTES} or less")


@rule("RW-SEC-044", Severity.WARNING)
def names_are_not_secrets(view: View) -> Iterator[Fault]:
    """A secret is named by its name, not by its value.

    Source: NIST SP 800-53 IA-5(7)
    """
    software, access = view.spec.software, view.spec.access
    for path, name in (
        (("software", "ngc_secret"), software.ngc_secret),
        (("access", "munge_secret"), access.munge_secret),
    ):
        if name is not None and not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,80}", name.rpartition(":")[2]):
            yield Fault(path, "this is not the name of a secret", "name the secret: cluster/ngc")
