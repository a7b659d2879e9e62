"""Encryption, keys, and what becomes of data on drives and GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.design.kubernetes import managed_pools
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.security import ROTATION_DAYS
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.storage import S3, Efs, NvmeRaid0

ARN_PARTS = 6


@rule("RW-SEC-001", frameworks=("hipaa", "pci-dss", "nist-800-53", "fedramp-moderate", "gdpr", "iso-27001"))
def root_volumes_are_encrypted(view: View) -> Iterator[Fault]:
    """Root volumes are encrypted where data or a framework asks for it.

    Source: 45 CFR 164.312(a)(2)(iv); NIST SP 800-53 SC-28; PCI DSS 3.5; GDPR Article 32
    """
    why = view.strict
    for name, pool in view.spec.pools.items():
        if why and not pool.encrypted:
            yield Fault(("pools", name, "encrypted"), f"root volume is not encrypted under {why}", "set it to true")


@rule("RW-SEC-002", frameworks=("hipaa", "pci-dss", "nist-800-53", "fedramp-moderate", "gdpr", "iso-27001"))
def storage_is_encrypted(view: View) -> Iterator[Fault]:
    """Storage is encrypted at rest where data or a framework asks for it.

    Source: 45 CFR 164.312(a)(2)(iv); NIST SP 800-53 SC-28; PCI DSS 3.5; GDPR Article 32
    """
    why = view.strict
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
    why = view.strict
    for name, item in view.spec.storage.items():
        key = "tls_only" if isinstance(item, S3) else "tls" if isinstance(item, Efs) else None
        if why and key and not getattr(item, key):
            yield Fault(("storage", name, key), f"'{name}' may be read in the clear under {why}", f"set {key}: true")


@rule("RW-SEC-024", frameworks=("pci-dss", "cis", "nist-800-53"))
def keys_are_renewed(view: View) -> Iterator[Fault]:
    """Keys are renewed every year.

    Source: CIS AWS Foundations Benchmark 3.6 (KMS rotation); PCI DSS 3.7.4; NIST SP 800-57
    """
    if view.strict and view.spec.access.key_rotation > ROTATION_DAYS:
        summary = f"key_rotation is {view.spec.access.key_rotation} days under {view.strict}"
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
            yield Fault(("pools", name, "gpus"), f"{view.strict} on shared GPU memory", "use MIG or whole GPUs")


@rule("RW-STO-039")
def wrapped_keys_have_kms(view: View) -> Iterator[Fault]:
    """A scratch volume whose key KMS wraps is on AWS, on nodes that are ours to configure.

    A site has no KMS, and the nodes of EKS make their local volume from EKS's image, without a key of ours.

    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html
    """
    managed = set(managed_pools(view.spec))
    for name, item in view.spec.storage.items():
        if not isinstance(item, NvmeRaid0) or item.key_in != "kms":
            continue
        if view.on_prem:
            yield Fault(("storage", name, "key_in"), "there is no KMS on a site of one's own", "use tpm or memory")
        elif set(item.pools or view.spec.pools_of("gpu")) <= managed:
            yield Fault(("storage", name, "key_in"), "EKS makes these nodes' volume without a key", "use memory")
