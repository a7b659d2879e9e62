"""S3 buckets and the settings of a bucket, each a resource of its own."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, ClassVar

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import NO_NAMES, Names, Props, fixed, from_api, tag_list, tag_map, to_api

DEFAULT_REGION = "us-east-1"
"""The region whose buckets are created without a location, by S3's old rule."""


class Bucket(Resource):
    """Bucket. Settings are resources of their own; inline ones are refused by name."""

    type_ = "aws:s3/bucket:Bucket"
    service = "s3"
    autoname = "bucket"
    replaces = frozenset({"bucket", "bucketPrefix", "objectLockEnabled"})
    defaults = fixed({"forceDestroy": False})
    computed = ("arn", "bucketDomainName", "bucketRegionalDomainName", "hostedZoneId", "tagsAll")
    inline = ("versioning", "serverSideEncryptionConfiguration", "lifecycleRules", "policy", "logging", "corsRules")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it, then its tags."""
        name = str(wanted.get("bucket"))
        location = None if cloud.region == DEFAULT_REGION else {"LocationConstraint": cloud.region}
        cloud.call(
            *("s3", "CreateBucket"),
            Bucket=name,
            CreateBucketConfiguration=location,
            ObjectLockEnabledForBucket=wanted.get("objectLockEnabled"),
        )
        self._tag(cloud, name, all_tags(cloud, wanted.get("tags")))
        return name

    @staticmethod
    def _tag(cloud: Cloud, name: str, tags: dict[str, str]) -> None:
        if tags:
            cloud.call("s3", "PutBucketTagging", Bucket=name, Tagging={"TagSet": tag_list(tags)})
        else:
            cloud.call("s3", "DeleteBucketTagging", Bucket=name)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Whether it exists, and its tags."""
        if cloud.find("s3", "HeadBucket", Bucket=id_) is None:
            return None
        live = (cloud.find("s3", "GetBucketTagging", Bucket=id_) or {}).get("TagSet")
        return {
            "bucket": id_,
            "arn": f"arn:{cloud.partition}:s3:::{id_}",
            "bucketDomainName": f"{id_}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{id_}.s3.{cloud.region}.amazonaws.com",
            "region": cloud.region,
            "bucketRegion": cloud.region,
            **tag_outputs(cloud, tag_map(live)),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags; `forceDestroy` is ours alone."""
        if "tags" in changed:
            self._tag(cloud, id_, all_tags(cloud, wanted.get("tags")))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """With `forceDestroy`, every version of every object goes first."""
        if known.get("forceDestroy") and cloud.find("s3", "HeadBucket", Bucket=id_) is not None:
            empty_bucket(cloud, id_)
        when_free(lambda: cloud.call("s3", "DeleteBucket", Bucket=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("bucket"))
        return name if self.read(cloud, name, {}) else None

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Inline settings are not supported here."""
        advice = "is a resource of its own (aws.s3.Bucket...), which this provider wants"
        return [(name, f"inline {name} {advice}") for name in self.inline if props.get(name)]


def empty_bucket(cloud: Cloud, name: str) -> None:
    """Delete all versions and delete markers of all objects."""
    pages = cloud.client("s3").get_paginator("list_object_versions").paginate(Bucket=name)
    for page in pages:
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            cloud.call("s3", "DeleteObjects", Bucket=name, Delete={"Objects": keys, "Quiet": True})


class BucketSetting(Resource):
    """A setting of a bucket: put, got and deleted as a whole; its id is the bucket's name."""

    service = "s3"
    replaces = frozenset({"bucket"})
    delete_first = True
    put: ClassVar[str]
    get: ClassVar[str]
    remove: ClassVar[str | None] = None
    member: ClassVar[str]
    """Member of put and get that holds the setting."""
    names: ClassVar[Names] = NO_NAMES

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Put it."""
        bucket = str(wanted.get("bucket"))
        shape = cloud.client("s3").meta.service_model.operation_model(self.put).input_shape.members[self.member]
        cloud.call("s3", self.put, Bucket=bucket, **{self.member: self.to_setting(shape, wanted.props)})
        return bucket

    def to_setting(self, shape: Any, props: Props) -> Any:
        """The setting from properties."""
        return to_api(shape, props, self.names)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Get it; a bucket without the setting has none."""
        answer = cloud.find("s3", self.get, Bucket=id_)
        if answer is None:
            return None
        setting = self.from_setting(answer)
        return None if not setting else {"bucket": id_, **setting}

    def from_setting(self, answer: dict[str, Any]) -> Props:
        """Properties from an answer."""
        found: Props = from_api(answer.get(self.member, {}), self.names)
        return found

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Put it again."""
        self.create(cloud, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it; some settings cannot be deleted and stay with the bucket."""
        if self.remove is not None:
            operation = self.remove
            when_free(lambda: cloud.call("s3", operation, Bucket=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the bucket."""
        bucket = str(wanted.get("bucket"))
        return bucket if self.read(cloud, bucket, wanted.props) else None


class BucketVersioning(BucketSetting):
    """Versions. Once on they can only be suspended, which is what deleting this does."""

    type_ = "aws:s3/bucketVersioning:BucketVersioning"
    put, get, member = "PutBucketVersioning", "GetBucketVersioning", "VersioningConfiguration"

    def to_setting(self, shape: Any, props: Props) -> Any:
        """Status and MFA delete."""
        given = props["versioningConfiguration"]
        mfa = {"MFADelete": given["mfaDelete"]} if given.get("mfaDelete") else {}
        return {"Status": given["status"], **mfa}

    def from_setting(self, answer: dict[str, Any]) -> Props:
        """The answer has no member of its own."""
        if not answer.get("Status"):
            return {}
        mfa = {"mfaDelete": answer["MFADelete"]} if answer.get("MFADelete") else {}
        return {"versioningConfiguration": {"status": answer["Status"], **mfa}}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Suspend."""
        suspended = {"Status": "Suspended"}
        when_free(lambda: cloud.call("s3", self.put, Bucket=id_, VersioningConfiguration=suspended))


class BucketEncryption(BucketSetting):
    """Default encryption."""

    type_ = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    put, get, remove = "PutBucketEncryption", "GetBucketEncryption", "DeleteBucketEncryption"
    member = "ServerSideEncryptionConfiguration"
    names = fixed({"SSEAlgorithm": "sseAlgorithm", "KMSMasterKeyID": "kmsMasterKeyId"})


class BucketPublicAccessBlock(BucketSetting):
    """Block of public access."""

    type_ = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    put, get, remove = "PutPublicAccessBlock", "GetPublicAccessBlock", "DeletePublicAccessBlock"
    member = "PublicAccessBlockConfiguration"


class BucketOwnershipControls(BucketSetting):
    """Who owns objects; one rule."""

    type_ = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    put, get, remove = "PutBucketOwnershipControls", "GetBucketOwnershipControls", "DeleteBucketOwnershipControls"
    member = "OwnershipControls"

    def to_setting(self, shape: Any, props: Props) -> Any:
        """One rule."""
        return {"Rules": [{"ObjectOwnership": props["rule"]["objectOwnership"]}]}

    def from_setting(self, answer: dict[str, Any]) -> Props:
        """The first rule."""
        rule = pick("OwnershipControls.Rules[0].ObjectOwnership", answer)
        return {"rule": {"objectOwnership": rule}} if rule else {}


class BucketLifecycle(BucketSetting):
    """Lifecycle rules."""

    type_ = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    put, get = "PutBucketLifecycleConfiguration", "GetBucketLifecycleConfiguration"
    remove, member = "DeleteBucketLifecycle", "LifecycleConfiguration"
    names = fixed({"ID": "id"})
    defaults = fixed({"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"})

    def from_setting(self, answer: dict[str, Any]) -> Props:
        """The answer has the rules at its top."""
        rules = from_api(answer.get("Rules", []), self.names)
        return {"rules": rules, **dict(self.defaults)} if rules else {}


class BucketLogging(BucketSetting):
    """Access logs."""

    type_ = "aws:s3/bucketLogging:BucketLogging"
    put, get, member = "PutBucketLogging", "GetBucketLogging", "BucketLoggingStatus"

    def to_setting(self, shape: Any, props: Props) -> Any:
        """Where the logs go."""
        where = {"TargetBucket": props["targetBucket"], "TargetPrefix": props.get("targetPrefix", "")}
        return {"LoggingEnabled": where}

    def from_setting(self, answer: dict[str, Any]) -> Props:
        """Where the logs go."""
        found = answer.get("LoggingEnabled")
        return {"targetBucket": found["TargetBucket"], "targetPrefix": found["TargetPrefix"]} if found else {}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """An empty setting switches logs off."""
        when_free(lambda: cloud.call("s3", self.put, Bucket=id_, BucketLoggingStatus={}))


class BucketObjectLock(BucketSetting):
    """Default retention of new objects; it cannot be taken off a bucket, only emptied."""

    type_ = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    put, get = "PutObjectLockConfiguration", "GetObjectLockConfiguration"
    member = "ObjectLockConfiguration"
    defaults = fixed({"objectLockEnabled": "Enabled"})

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Without a default retention."""
        bare = {"ObjectLockEnabled": "Enabled"}
        when_free(lambda: cloud.call("s3", self.put, Bucket=id_, ObjectLockConfiguration=bare))


class BucketPolicy(BucketSetting):
    """Policy on a bucket."""

    type_ = "aws:s3/bucketPolicy:BucketPolicy"
    put, get, remove, member = "PutBucketPolicy", "GetBucketPolicy", "DeleteBucketPolicy", "Policy"

    def to_setting(self, shape: Any, props: Props) -> Any:
        """The document."""
        return props["policy"]

    def from_setting(self, answer: dict[str, Any]) -> Props:
        """The document."""
        return {"policy": answer["Policy"]} if answer.get("Policy") else {}


class BucketObject(Resource):
    """Object with its content in the state's inputs; for small files only."""

    type_ = "aws:s3/bucketObject:BucketObject"
    service = "s3"
    replaces = frozenset({"bucket", "key"})
    delete_first = True
    computed = ("arn", "etag", "versionId", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Put it."""
        key = str(wanted.get("key"))
        cloud.call(
            *("s3", "PutObject"),
            Bucket=wanted.get("bucket"),
            Key=key,
            Body=_content(wanted.props),
            ContentType=wanted.get("contentType"),
            ServerSideEncryption=wanted.get("serverSideEncryption"),
            SSEKMSKeyId=wanted.get("kmsKeyId"),
        )
        return key

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Its head."""
        head = cloud.find("s3", "HeadObject", Bucket=known.get("bucket"), Key=id_)
        if head is None:
            return None
        arn = f"arn:{cloud.partition}:s3:::{known.get('bucket')}/{id_}"
        etag = head.get("ETag", "").strip('"')
        return {"arn": arn, "key": id_, "etag": etag, "versionId": head.get("VersionId", ""), "tagsAll": {}}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Put it again."""
        self.create(cloud, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        when_free(lambda: cloud.call("s3", "DeleteObject", Bucket=known.get("bucket"), Key=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By bucket and key."""
        key = str(wanted.get("key"))
        return key if self.read(cloud, key, wanted.props) else None


def _content(props: Props) -> bytes:
    """Inline text, inline base64, or the file of a Pulumi asset."""
    if props.get("contentBase64") is not None:
        return base64.b64decode(props["contentBase64"])
    if props.get("content") is not None:
        return str(props["content"]).encode()
    asset = props.get("source") or {}
    return str(asset["text"]).encode() if asset.get("text") is not None else Path(asset["path"]).read_bytes()
