"""What an AWS account says of itself: root, people, contacts, and its settings in one region. Read-only.

Each question stands alone: one that is refused leaves its properties unread, with the reason, and the others answered.
"""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from policies.subjects.account import REGION, SUMMARY, USER
from policies.subjects.document import Document
from rackwright.engine.providers.aws.cloud import code_of
from rackwright.engine.providers.aws.listing import ReadOnlyCloud
from rackwright.engine.providers.aws.listing.account import reason_of

SUPPORT = "arn:aws:iam::aws:policy/AWSSupportAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
ROOT = "<root_account>"
REPORT_TRIES = 20
"""AWS makes a credential report in seconds, and only every four hours. Source: https://docs.aws.amazon.com/IAM/latest/
UserGuide/id_credentials_getting-report.html, read 2026-11-21."""
REPORT_WAIT_S = 0.5
DAY_S = 86400.0

Answers = dict[str, Any]
Question = Callable[[], Answers]


def account_documents(cloud: ReadOnlyCloud, now: dt.datetime, *, in_use: bool) -> list[Document]:
    """The account's summary, its users, and its settings in the region of `cloud`."""
    report = _asked({}, lambda: {"rows": _report(cloud)})
    rows: list[dict[str, str]] = report[0].get("rows", [])
    why = report[1].get("")
    summary = _document(SUMMARY, cloud.account, *_summary(cloud, rows, why, now))
    region = _document(REGION, cloud.region, *_region(cloud, in_use=in_use))
    users = [_user(row, now) for row in rows if row["user"] != ROOT]
    if why is not None:
        users = [Document(type=USER, name="every user", props={}, unread={"": why})]
    return [summary, region, *users]


def _document(kind: str, name: str, props: Answers, unread: dict[str, str]) -> Document:
    return Document(type=kind, name=name, props=props, unread=unread)


def _asked(unread: Mapping[str, tuple[str, ...]], *questions: Question) -> tuple[Answers, dict[str, str]]:
    """Answers of all questions together; of one that is refused, the properties that `unread` names by its name."""
    answers: Answers = {}
    missing: dict[str, str] = {}
    for question in questions:
        try:
            answers |= question()
        except (ClientError, BotoCoreError) as problem:
            hidden = unread.get(question.__name__, ("",))
            missing |= {f"/{name}" if name else "": reason_of(problem) for name in hidden}
    return answers, missing


def _summary(
    cloud: ReadOnlyCloud, rows: list[dict[str, str]], why: str | None, now: dt.datetime
) -> tuple[Answers, dict[str, str]]:
    def root() -> Answers:
        found = cloud.call("iam", "GetAccountSummary")["SummaryMap"]
        return {
            "rootAccessKeys": found.get("AccountAccessKeysPresent", 0),
            "rootMfa": bool(found.get("AccountMFAEnabled")),
        }

    def hardware() -> Answers:
        virtual = cloud.listed("iam", "ListVirtualMFADevices", "VirtualMFADevices[].SerialNumber")
        mfa = bool(cloud.call("iam", "GetAccountSummary")["SummaryMap"].get("AccountMFAEnabled"))
        return {"rootHardwareMfa": mfa and not any("root-account-mfa-device" in serial for serial in virtual)}

    def contacts() -> Answers:
        kinds = ("security", "billing", "operations")
        return {"contacts": {"primary": _has_primary(cloud), **{kind: _has_contact(cloud, kind) for kind in kinds}}}

    def roles() -> Answers:
        return {"supportRole": _is_attached(cloud, SUPPORT), "auditRole": _is_attached(cloud, AUDIT)}

    def certificates() -> Answers:
        found = cloud.listed("iam", "ListServerCertificates", "ServerCertificateMetadataList[]")
        return {"expiredCertificates": [one["ServerCertificateName"] for one in found if one["Expiration"] < now]}

    def federation() -> Answers:
        saml = cloud.listed("iam", "ListSAMLProviders", "SAMLProviderList[].Arn")
        return {"samlOrSso": bool(saml or cloud.listed("sso-admin", "ListInstances", "Instances[].InstanceArn"))}

    hidden = {
        "root": ("rootAccessKeys", "rootMfa"),
        "hardware": ("rootHardwareMfa",),
        "contacts": ("contacts",),
        "roles": ("supportRole", "auditRole"),
        "certificates": ("expiredCertificates",),
        "federation": ("samlOrSso",),
    }
    answers, missing = _asked(hidden, root, hardware, contacts, roles, certificates, federation)
    if why is not None:
        return answers, {**missing, "/rootLastUsedDays": why}
    mine = next((row for row in rows if row["user"] == ROOT), {})
    return {**answers, "rootLastUsedDays": _last_used(mine, now)}, missing


def _has_primary(cloud: ReadOnlyCloud) -> bool:
    return bool(cloud.find("account", "GetContactInformation"))


def _has_contact(cloud: ReadOnlyCloud, kind: str) -> bool:
    return bool(cloud.find("account", "GetAlternateContact", AlternateContactType=kind.upper()))


def _is_attached(cloud: ReadOnlyCloud, arn: str) -> bool:
    found = cloud.find("iam", "ListEntitiesForPolicy", PolicyArn=arn, EntityFilter="Role") or {}
    return bool(found.get("PolicyRoles"))


def _region(cloud: ReadOnlyCloud, *, in_use: bool) -> tuple[Answers, dict[str, str]]:
    def snapshots_public() -> Answers:
        return {"snapshotPublicAccess": cloud.call("ec2", "GetSnapshotBlockPublicAccessState")["State"]}

    def images_public() -> Answers:
        return {"imagePublicAccess": cloud.call("ec2", "GetImageBlockPublicAccessState")["ImageBlockPublicAccessState"]}

    def imds() -> Answers:
        found = cloud.call("ec2", "GetInstanceMetadataDefaults").get("AccountLevel") or {}
        return {"imdsDefault": found.get("HttpTokens")}

    def addresses() -> Answers:
        idle = "Addresses[?!AssociationId].AllocationId"
        return {"unusedAddresses": sorted(cloud.listed("ec2", "DescribeAddresses", idle))}

    def snapshots() -> Answers:
        owned = f"Snapshots[?OwnerId=='{cloud.account}']"
        mine = cloud.listed("ec2", "DescribeSnapshots", owned, OwnerIds=["self"])
        shared = cloud.listed("ec2", "DescribeSnapshots", owned, OwnerIds=["self"], RestorableByUserIds=["all"])
        return {
            "publicSnapshots": sorted(one["SnapshotId"] for one in shared),
            "unencryptedSnapshots": sorted(one["SnapshotId"] for one in mine if not one.get("Encrypted")),
        }

    hidden = {
        "snapshots_public": ("snapshotPublicAccess",),
        "images_public": ("imagePublicAccess",),
        "imds": ("imdsDefault",),
        "addresses": ("unusedAddresses",),
        "snapshots": ("publicSnapshots", "unencryptedSnapshots"),
    }
    answers, missing = _asked(hidden, snapshots_public, images_public, imds, addresses, snapshots)
    return {**answers, "inUse": in_use}, missing


def _report(cloud: ReadOnlyCloud) -> list[dict[str, str]]:
    """Rows of the credential report; AWS makes a new one where the last is over four hours old."""
    for _ in range(REPORT_TRIES):
        try:
            content = cloud.call("iam", "GetCredentialReport")["Content"]
            return list(csv.DictReader(content.decode("utf-8").splitlines()))
        except ClientError as problem:
            if code_of(problem) not in {"ReportNotPresent", "ReportExpired", "ReportInProgress"}:
                raise
            cloud.call("iam", "GenerateCredentialReport")
            time.sleep(REPORT_WAIT_S)
    return list(csv.DictReader(cloud.call("iam", "GetCredentialReport")["Content"].decode("utf-8").splitlines()))


def _user(row: Mapping[str, str], now: dt.datetime) -> Document:
    keys = [
        _key(row, number, now) for number in ("1", "2") if row.get(f"access_key_{number}_last_rotated", "N/A") != "N/A"
    ]
    console = row.get("password_enabled") == "true"
    props = {
        "console": console,
        "mfa": row.get("mfa_active") == "true",
        "consoleUnusedDays": _days(row.get("password_last_used"), now) if console else None,
        "keys": keys,
    }
    return _document(USER, row["user"], props, {})


def _key(row: Mapping[str, str], number: str, now: dt.datetime) -> dict[str, object]:
    return {
        "active": row.get(f"access_key_{number}_active") == "true",
        "ageDays": _days(row.get(f"access_key_{number}_last_rotated"), now) or 0.0,
        "unusedDays": _days(row.get(f"access_key_{number}_last_used_date"), now),
    }


def _last_used(row: Mapping[str, str], now: dt.datetime) -> float | None:
    columns = ("password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date")
    known = [days for column in columns if (days := _days(row.get(column), now)) is not None]
    return min(known, default=None)


def _days(text: str | None, now: dt.datetime) -> float | None:
    """Days since a time of the report; None for ``N/A`` and ``no_information``."""
    try:
        then = dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return round((now - (then if then.tzinfo else then.replace(tzinfo=dt.UTC))).total_seconds() / DAY_S, 1)
