"""The live account: resources under the tokens of Pulumi's AWS provider, and what only an account has.

A collector maps an AWS resource to the type token and the camelCase property names that a Pulumi program uses for it
(the tokens in `policies.registry.JUDGED_TYPES`), one document for each resource that Pulumi counts as one: a bucket,
its encryption, its public access block and its policy are four documents whose `bucket` property is the bucket's
name. `id` is the provider's id, `arn` the ARN. Policy documents are JSON text. What a collector may not read
(`AccessDenied`) is `unread`; what the API says is not configured gives no document. Each account and region gives,
besides, the documents below.
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

SUMMARY = "account:aws/summary:Summary"
USER = "account:aws/user:User"
REGION = "account:aws/region:Region"
UNMANAGED = "live:unmanaged"
GONE = "live:gone"

ACCOUNT_WIDE = frozenset(
    {
        "aws:accessanalyzer/analyzer:Analyzer",
        "aws:cfg/recorder:Recorder",
        "aws:cfg/recorderStatus:RecorderStatus",
        "aws:guardduty/detector:Detector",
        "aws:guardduty/detectorFeature:DetectorFeature",
        "aws:inspector2/enabler:Enabler",
        "aws:macie2/account:Account",
        "aws:securityhub/account:Account",
        "aws:securityhub/standardsSubscription:StandardsSubscription",
    }
)
"""Services that watch a whole account: they count for every stack in it, whoever made them."""


class Contacts(TypedDict):
    """Whom AWS can reach; True where the contact is registered."""

    primary: bool
    security: bool
    billing: bool
    operations: bool


class Summary(TypedDict):
    """Properties of ``account:aws/summary:Summary``: one for the account."""

    rootAccessKeys: int
    rootMfa: bool
    rootHardwareMfa: bool
    rootLastUsedDays: NotRequired[float | None]
    """None where it was never used."""
    contacts: Contacts
    supportRole: bool
    """Somebody has AWSSupportAccess."""
    auditRole: bool
    """A role has SecurityAudit."""
    expiredCertificates: list[str]
    """IAM server certificates past their end."""
    samlOrSso: bool
    """People sign in through Identity Center or a SAML provider."""


class AccessKey(TypedDict):
    """An access key of a user, from the credential report."""

    active: bool
    ageDays: float
    unusedDays: float | None
    """None where it was never used."""


class User(TypedDict):
    """Properties of ``account:aws/user:User``: a row of the credential report; root is in the summary."""

    console: bool
    mfa: bool
    consoleUnusedDays: float | None
    keys: list[AccessKey]


class Region(TypedDict):
    """Properties of ``account:aws/region:Region``: settings of the account in one region."""

    snapshotPublicAccess: str
    """``block-all-sharing``, ``block-new-sharing`` or ``unblocked``."""
    imagePublicAccess: str
    """``block-new-sharing`` or ``unblocked``."""
    imdsDefault: NotRequired[str | None]
    """Account default of `httpTokens`; None where there is none."""
    unusedAddresses: list[str]
    """Elastic addresses that nothing uses."""
    publicSnapshots: list[str]
    unencryptedSnapshots: list[str]
    inUse: bool
    """The stack's region, or one with resources."""


class Unmanaged(TypedDict):
    """Properties of ``live:unmanaged`` (no stack records it) and ``live:gone`` (recorded, and not there any more)."""

    type: str
    """Type token of the thing."""
    id: str
    claimed: NotRequired[bool]
    """It carries the stack's tag, or belongs to something that does; only of what is unmanaged."""
