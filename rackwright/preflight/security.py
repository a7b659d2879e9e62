"""Encryption, identity, audit, retention: what frameworks and classes of data ask of a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rackwright.catalog.regions import EEA
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.storage import S3, Efs, FsxLustre, NvmeRaid0

IDLE_MINUTES, ROTATION_DAYS, FIX_DAYS = 15, 365, 30
ARN_PARTS = 6

STRICT = ("hipaa", "pci-dss", "nist-800-53", "nist-800-171", "fedramp-moderate", "iso-27001", "soc2", "gdpr", "cis")
AUDITED = ("hipaa", "sox", "pci-dss", "nist-800-53", "nist-800-171", "fedramp-moderate", "iso-27001", "soc2", "cis")
RETENTION: Mapping[str, tuple[int, str]] = {
    "hipaa": (2190, "45 CFR 164.316(b)(2)(i): six years"),
    "sox": (2555, "17 CFR 210.2-06: seven years"),
    "pci-dss": (365, "PCI DSS 10.5.1: twelve months"),
    "ccpa": (730, "11 CCR 7101: 24 months"),
    "nist-800-53": (365, "NIST SP 800-53 AU-11, with the usual parameter of one year"),
    "fedramp-moderate": (365, "FedRAMP AU-11: one year"),
}
"""Framework -> days that records are kept at least, and where that is said."""
_SECRET = re.compile(
    r"nvapi-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|ghp_[A-Za-z0-9]{36}"
    r"|xox[bp]-[0-9A-Za-z-]{10,}"
)
_SECRET_NAME = re.compile(r"(PASSWORD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)$", re.IGNORECASE)
_WIDE_POLICIES = re.compile(r":aws:policy/(.*/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w+FullAccess)$")


def _strict(view: View) -> str:
    """Why encryption and identity are not optional here; empty when they are."""
    names = [name for name in STRICT if view.follows(name)]
    return f"{view.spec.data.classification} data" if view.sensitive else ", ".join(names)


def _audited(view: View) -> str:
    return ", ".join(name for name in AUDITED if view.follows(name))


@rule("RW-SEC-001", frameworks=("hipaa", "pci-dss", "nist-800-53", "fedramp-moderate", "gdpr", "iso-27001"))
def root_volumes_are_encrypted(view: View) -> Iterator[Fault]:
    """Root volumes are encrypted where data or a framework asks for it.

    Source: 45 CFR 164.312(a)(2)(iv); NIST SP 800-53 SC-28; PCI DSS 3.5; GDPR Article 32
    """
    why = _strict(view)
    for name, pool in view.spec.pools.items():
        if why and not pool.encrypted:
            yield Fault(("pools", name, "encrypted"), f"root volume is not encrypted under {why}", "set it to true")


@rule("RW-SEC-002", frameworks=("hipaa", "pci-dss", "nist-800-53", "fedramp-moderate", "gdpr", "iso-27001"))
def storage_is_encrypted(view: View) -> Iterator[Fault]:
    """Storage is encrypted at rest where data or a framework asks for it.

    Source: 45 CFR 164.312(a)(2)(iv); NIST SP 800-53 SC-28; PCI DSS 3.5; GDPR Article 32
    """
    why = _strict(view)
    for name, item in view.spec.storage.items():
        if why and not getattr(item, "encrypted", True):
            yield Fault(("storage", name, "encrypted"), f"'{name}' is not encrypted under {why}", "set it to true")


@rule("RW-SEC-003")
def buckets_are_private(view: View) -> Iterator[Fault]:
    """Only public data is in a public bucket.

    Source: CIS AWS Foundations Benchmark 2.1.4; NIST SP 800-53 AC-3
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and item.public and view.spec.data.classification != "public":
            summary = f"{view.spec.data.classification} data in a public bucket"
            yield Fault(("storage", name, "public"), summary, "set public: false")


@rule("RW-SEC-004", frameworks=("hipaa", "pci-dss", "nist-800-53", "cis"))
def transfers_are_encrypted(view: View) -> Iterator[Fault]:
    """Buckets and EFS are reached over TLS only.

    Source: 45 CFR 164.312(e)(1); NIST SP 800-53 SC-8; CIS AWS Foundations Benchmark 2.1.1
    """
    why = _strict(view)
    for name, item in view.spec.storage.items():
        key = "tls_only" if isinstance(item, S3) else "tls" if isinstance(item, Efs) else None
        if why and key and not getattr(item, key):
            yield Fault(("storage", name, key), f"'{name}' may be read in the clear under {why}", f"set {key}: true")


@rule("RW-SEC-005", frameworks=("hipaa", "sox", "nist-800-53"))
def buckets_keep_versions(view: View) -> Iterator[Fault]:
    """Buckets keep versions where records must not be lost.

    Source: 45 CFR 164.312(c)(1); NIST SP 800-53 CP-9; COBIT DSS04
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and _audited(view) and not item.versioning:
            yield Fault(("storage", name, "versioning"), f"no versions under {_audited(view)}", "set versioning: true")


@rule("RW-SEC-006", Severity.WARNING, frameworks=("pci-dss", "nist-800-53", "cis"))
def buckets_record_access(view: View) -> Iterator[Fault]:
    """Buckets record who read them.

    Source: NIST SP 800-53 AU-2; PCI DSS 10.2; CIS AWS Foundations Benchmark 3.6
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and _audited(view) and not item.access_logs:
            yield Fault(("storage", name, "access_logs"), f"no access log under {_audited(view)}", "set it to true")


@rule("RW-SEC-007", frameworks=("hipaa", "pci-dss", "nist-800-53", "cis"))
def flows_are_recorded(view: View) -> Iterator[Fault]:
    """Network flows are recorded under a framework that audits.

    Source: CIS AWS Foundations Benchmark 3.7; NIST SP 800-53 AU-12; 45 CFR 164.312(b)
    """
    if _audited(view) and not view.spec.network.flow_logs:
        yield Fault(("network", "flow_logs"), f"flow_logs is false under {_audited(view)}", "set it to true")


@rule("RW-SEC-008", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53", "cis"))
def calls_are_recorded(view: View) -> Iterator[Fault]:
    """Calls to the cloud's API are recorded.

    Source: CIS AWS Foundations Benchmark 3.1; NIST SP 800-53 AU-2; SOX section 404 (change evidence)
    """
    if view.on_aws and _audited(view) and not view.spec.monitoring.cloudtrail:
        yield Fault(("monitoring", "cloudtrail"), f"cloudtrail is false under {_audited(view)}", "set it to true")


@rule("RW-SEC-009", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53", "cis"))
def second_factor_is_required(view: View) -> Iterator[Fault]:
    """Administration takes a second factor.

    Source: NIST SP 800-53 IA-2(1); PCI DSS 8.4; 45 CFR 164.312(d); CIS AWS Foundations Benchmark 1.10
    """
    why = _strict(view) or _audited(view)
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
    if view.spec.target.kind != "local" and _audited(view) and not view.spec.access.groups.get("admins"):
        yield Fault(("access", "groups"), f"no group 'admins' under {_audited(view)}", "add admins: [name@example.org]")


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
    if _strict(view) and view.spec.access.idle_logout > IDLE_MINUTES:
        summary = f"idle_logout is {view.spec.access.idle_logout} minutes under {_strict(view)}"
        yield Fault(("access", "idle_logout"), summary, f"use {IDLE_MINUTES} or less")


@rule("RW-SEC-024", frameworks=("pci-dss", "cis", "nist-800-53"))
def keys_are_renewed(view: View) -> Iterator[Fault]:
    """Keys are renewed every year.

    Source: CIS AWS Foundations Benchmark 3.6 (KMS rotation); PCI DSS 3.7.4; NIST SP 800-57
    """
    if _strict(view) and view.spec.access.key_rotation > ROTATION_DAYS:
        summary = f"key_rotation is {view.spec.access.key_rotation} days under {_strict(view)}"
        yield Fault(("access", "key_rotation"), summary, f"use {ROTATION_DAYS} days or less")


def _keys(view: View) -> Iterator[tuple[Path, str]]:
    for name, pool in view.spec.pools.items():
        if pool.key:
            yield ("pools", name, "key"), pool.key
    for name, item in view.spec.storage.items():
        key = getattr(item, "key", None)
        if key:
            yield ("storage", name, "key"), key


@rule("RW-SEC-025")
def keys_are_keys(view: View) -> Iterator[Fault]:
    """A key is a KMS key in the target's region and account.

    A key of another region cannot be used, and the volume fails when the first node starts.

    Source: AWS ParallelCluster, KmsKeyValidator; https://docs.aws.amazon.com/kms/latest/developerguide/
    """
    region = getattr(view.spec.target, "region", "")
    account = getattr(view.spec.target, "account", None)
    for path, arn in _keys(view):
        parts = arn.split(":")
        wrong = len(parts) < ARN_PARTS or parts[2] != "kms" or parts[3] != region or (account and parts[4] != account)
        if wrong:
            yield Fault(path, f"'{arn}' is not a KMS key of {region}", f"arn:aws:kms:{region}:<account>:key/<id>")


@rule("RW-SEC-026", Severity.WARNING)
def key_goes_with_encryption(view: View) -> Iterator[Fault]:
    """A key is named where encryption is on.

    Source: AWS ParallelCluster, KmsKeyIdEncryptedValidator
    """
    for path, _ in _keys(view):
        owner = view.spec.pools.get(str(path[1])) if path[0] == "pools" else view.spec.storage.get(str(path[1]))
        if not getattr(owner, "encrypted", True):
            yield Fault(path, "a key is named and encrypted is false", "set encrypted: true")


@rule("RW-SEC-027")
def dashboards_are_not_public(view: View) -> Iterator[Fault]:
    """Dashboards are not on the internet.

    Job names, users and paths are on them; Grafana has had several log-in bypasses.

    Source: CVE-2021-43798, CVE-2025-4123 (Grafana); NIST SP 800-53 AC-3
    """
    if view.spec.monitoring.grafana_public and view.spec.data.classification != "public":
        yield Fault(("monitoring", "grafana_public"), "dashboards are on the internet", "set it to false; use the VPN")


@rule("RW-SEC-028", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53"))
def logs_are_kept(view: View) -> Iterator[Fault]:
    """Logs leave the nodes under a framework that audits.

    A node's own log goes with the node.

    Source: 45 CFR 164.312(b); NIST SP 800-53 AU-9(2); PCI DSS 10.3.3
    """
    if _audited(view) and view.spec.monitoring.logs == "none":
        yield Fault(("monitoring", "logs"), f"logs is 'none' under {_audited(view)}", "use cloudwatch, loki or syslog")


@rule("RW-SEC-029", Severity.WARNING, frameworks=("nist-800-53", "pci-dss", "fedramp-moderate"))
def threats_are_watched(view: View) -> Iterator[Fault]:
    """Threat detection runs on AWS accounts with sensitive data.

    Source: NIST SP 800-53 SI-4; PCI DSS 11.5; https://docs.aws.amazon.com/guardduty/
    """
    if view.spec.target.kind == "aws" and view.sensitive and not view.spec.monitoring.guardduty:
        yield Fault(("monitoring", "guardduty"), f"guardduty is off with {_strict(view)}", "set it to true")


@rule("RW-SEC-030", Severity.WARNING, frameworks=("sox", "nist-800-53", "fedramp-moderate"))
def changes_are_recorded(view: View) -> Iterator[Fault]:
    """Configuration changes are recorded under SOX and NIST SP 800-53 for sensitive data.

    Source: SOX section 404 (program changes); NIST SP 800-53 CM-3, CM-8
    """
    wanted = view.follows("sox", "nist-800-53", "fedramp-moderate") and view.sensitive
    if view.spec.target.kind == "aws" and wanted and not view.spec.monitoring.config_recorder:
        yield Fault(("monitoring", "config_recorder"), "no record of configuration changes", "set it to true")


@rule("RW-SEC-031", frameworks=tuple(RETENTION))
def records_are_kept_long_enough(view: View) -> Iterator[Fault]:
    """Logs and evidence are kept as long as every framework asks.

    HIPAA six years, SOX seven, PCI DSS one, CCPA two.

    Source: 45 CFR 164.316(b)(2)(i); 17 CFR 210.2-06; PCI DSS 10.5.1; 11 CCR 7101
    """
    kept = view.spec.monitoring.retention
    asked = [(days, why) for name, (days, why) in RETENTION.items() if view.follows(name)]
    days, why = max(asked, default=(0, ""))
    if kept < days:
        yield Fault(
            ("monitoring", "retention"), f"records are kept {kept} days, at least {days} ({why})", f"{days} days"
        )


@rule("RW-SEC-032", Severity.WARNING, frameworks=("gdpr", "ccpa"))
def personal_data_expires(view: View) -> Iterator[Fault]:
    """Personal data under the GDPR or CCPA has an end.

    Storage limitation: data is kept no longer than its purpose needs.

    Source: GDPR Article 5(1)(e); CCPA section 1798.100(a)(3)
    """
    if view.spec.data.classification not in {"pii", "phi"} or not view.follows("gdpr", "ccpa"):
        return
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and item.expire is None:
            yield Fault(("storage", name), f"objects of '{name}' are kept for ever", "set expire")


@rule("RW-SEC-033", Severity.WARNING)
def someone_is_told(view: View) -> Iterator[Fault]:
    """Alerts have a recipient under a framework that audits.

    Source: NIST SP 800-53 IR-6, SI-4(5); 45 CFR 164.308(a)(6)
    """
    if view.spec.target.kind != "local" and _audited(view) and not view.spec.monitoring.alerts:
        yield Fault(
            ("monitoring", "alerts"), f"nobody is told of trouble under {_audited(view)}", "add alerts: [ops@…]"
        )


@rule("RW-SEC-034", Severity.WARNING, frameworks=("sox", "hipaa"))
def records_cannot_be_changed(view: View) -> Iterator[Fault]:
    """Under SOX a bucket for records has object lock.

    Source: 17 CFR 240.17a-4(f) (non-rewriteable); SOX section 802
    """
    buckets = [(name, item) for name, item in view.spec.storage.items() if isinstance(item, S3)]
    if view.follows("sox") and buckets and not any(item.object_lock for _, item in buckets):
        yield Fault(("storage", buckets[0][0]), "no bucket has object_lock under sox", "set object_lock: true on one")


@rule("RW-SEC-035", frameworks=("hipaa", "pci-dss", "nist-800-53", "gdpr"))
def drives_are_erased(view: View) -> Iterator[Fault]:
    """Local drives with sensitive data are erased between users.

    Source: NIST SP 800-88; 45 CFR 164.310(d)(2)(ii) (media re-use)
    """
    if view.sensitive and not view.spec.data.wipe_local:
        yield Fault(("data", "wipe_local"), "local drives are not erased", "set it to true")
    for name, item in view.spec.storage.items():
        if view.sensitive and isinstance(item, NvmeRaid0) and not item.wipe:
            yield Fault(("storage", name, "wipe"), f"'{name}' is not erased", "set it to true")


@rule("RW-SEC-036", Severity.WARNING)
def gpus_are_not_shared(view: View) -> Iterator[Fault]:
    """Sensitive data is not on GPUs that users share by time slices or MPS.

    Neither separates memory between users; MIG and whole GPUs do.

    Source: https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-sharing.html; NIST SP 800-53 SC-4
    """
    for name, pool in view.spec.pools.items():
        if view.sensitive and (pool.gpus.time_slices > 1 or pool.gpus.mps):
            yield Fault(("pools", name, "gpus"), f"{_strict(view)} on shared GPU memory", "use MIG or whole GPUs")


@rule("RW-SEC-037", Severity.WARNING)
def root_of_a_node_is_nobody(view: View) -> Iterator[Fault]:
    """Root on a node is not root on a Lustre file system with sensitive data.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/root-squash.html; NIST SP 800-53 AC-6
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, FsxLustre) and view.sensitive and not item.root_squash:
            yield Fault(("storage", name, "root_squash"), "root on any node owns every file", "set it to true")


@rule("RW-SEC-038", frameworks=("hipaa",))
def provider_has_agreed(view: View) -> Iterator[Fault]:
    """Health data on AWS goes with a signed business associate agreement.

    Without one, putting health data there is itself the violation.

    Source: 45 CFR 164.308(b), 164.504(e); https://aws.amazon.com/compliance/hipaa-compliance/
    """
    if view.spec.target.kind == "aws" and view.spec.data.classification == "phi" and not view.spec.data.baa:
        yield Fault(
            ("data", "baa"), "health data on AWS without a business associate agreement", "sign it, set baa: true"
        )


@rule("RW-SEC-039", frameworks=("hipaa",))
def health_data_is_under_hipaa(view: View) -> Iterator[Fault]:
    """Health data about people in the United States is under HIPAA.

    Source: 45 CFR 160.102, 160.103 (protected health information)
    """
    data = view.spec.data
    about_us = "us" in data.subjects or (not data.subjects and "us" in data.residency)
    if data.classification == "phi" and about_us and not view.follows("hipaa"):
        yield Fault(("compliance",), "phi about people in the US without hipaa", "add hipaa")


@rule("RW-SEC-040", frameworks=("gdpr",))
def european_data_is_under_the_gdpr(view: View) -> Iterator[Fault]:
    """Personal data about people in the European Union is under the GDPR.

    Source: GDPR Article 3
    """
    data = view.spec.data
    european = [country for country in data.subjects if country in EEA or country == "eu"]
    if data.classification in {"pii", "phi"} and european and not view.follows("gdpr"):
        yield Fault(("compliance",), f"personal data about people in {', '.join(european)} without gdpr", "add gdpr")


@rule("RW-SEC-041", Severity.WARNING, frameworks=("sox", "pci-dss"))
def financial_data_is_under_a_framework(view: View) -> Iterator[Fault]:
    """Financial data is under SOX or PCI DSS.

    Source: SOX section 404; PCI DSS, scope
    """
    if view.spec.data.classification == "financial" and not view.follows("sox", "pci-dss"):
        yield Fault(("compliance",), "financial data without sox or pci-dss", "add the one that applies")


@rule("RW-SEC-042", frameworks=("hipaa",))
def homes_are_backed_up(view: View) -> Iterator[Fault]:
    """File systems with health data are backed up.

    Source: 45 CFR 164.308(a)(7)(ii)(A) (data backup plan)
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, Efs) and view.follows("hipaa") and not item.backup:
            yield Fault(("storage", name, "backup"), "no backup under hipaa", "set it to true")


@rule("RW-SEC-043", frameworks=("pci-dss", "fedramp-moderate", "cis"))
def critical_fixes_come_soon(view: View) -> Iterator[Fault]:
    """Critical fixes are installed within a month.

    Source: PCI DSS 6.3.3 (one month); FedRAMP SI-2 (30 days); NIST SP 800-53 SI-2
    """
    days = view.spec.patching.critical_within
    if _strict(view) and days > FIX_DAYS:
        yield Fault(
            ("patching", "critical_within"), f"critical fixes within {days} days, at most {FIX_DAYS}", "30 days or less"
        )


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
