"""A resource type: what it is called, what forces a replacement, and its life in API calls."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, TypeVar

from botocore.exceptions import ClientError

from rackwright.engine.providers.aws.cloud import Cloud, code_of, is_gone
from rackwright.engine.providers.aws.shapes import NO_NAMES, Names, Props, fixed, from_api, tag_list, tag_map

jmespath: Any = import_module("jmespath")  # ships no types

MARK_TAG = "rackwright:creation"
"""Tag that ties a thing to the creation that made it, so that the next run finds what a killed one left behind."""
BUSY = frozenset(
    {"DependencyViolation", "DeleteConflict", "ResourceInUse", "ResourceInUseException", "InvalidIPAddress.InUse"}
)
DELETE_WAIT_S = 60
"""Longest wait for things that still depend on one that is deleted."""
SEEN_WAIT_S = 60
"""Longest wait for other services to hear of what IAM has made; it takes seconds as a rule."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    urn: str
    props: Props

    @property
    def mark(self) -> str:
        """The same for the same URN and inputs, so that an interrupted creation can be found again."""
        text = json.dumps([self.urn, self.props], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def get(self, name: str, otherwise: Any = None) -> Any:
        """A property."""
        value = self.props.get(name)
        return otherwise if value is None else value


class Resource:
    """One resource type. Subclasses say what differs; instances hold no state."""

    type_: ClassVar[str]
    """pulumi-aws type (``aws:ec2/vpc:Vpc``)."""
    service: ClassVar[str]
    """botocore's name of the service."""
    autoname: ClassVar[str | None] = None
    """Property that gets a name made from the URN when it is not given."""
    replaces: ClassVar[frozenset[str]] = frozenset()
    """Properties that cannot be changed in place."""
    defaults: ClassVar[Mapping[str, Any]] = fixed({})
    """Values that pulumi-aws fills in."""
    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that nobody can know before the creation."""
    moving: ClassVar[tuple[str, ...]] = ()
    """Outputs that an update changes."""
    delete_first: ClassVar[bool] = False
    """There can be only one, so the old one goes before the new one comes."""

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; returns the id."""
        raise NotImplementedError

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Outputs as they are now; None when it does not exist. `known` is what is recorded."""
        raise NotImplementedError

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Change what can be changed in place."""
        raise NotImplementedError

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it; the caller ignores that it is gone already."""
        raise NotImplementedError

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """Id of what an interrupted creation left behind, by its name or its token."""
        raise NotImplementedError

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """(property, what is wrong) of inputs that AWS would refuse."""
        del props
        return []


def pick(expression: str, answer: Any) -> Any:
    """What a JMESPath expression finds in an answer."""
    return jmespath.search(expression, answer)


def when_free(action: Callable[[], object], wait_s: float = DELETE_WAIT_S) -> None:
    """Do `action`, again and again while AWS says that something still depends on it; gone already is fine."""
    deadline, pause = time.monotonic() + wait_s, 0.05
    while True:
        try:
            action()
        except ClientError as error:
            if is_gone(error):
                return
            if code_of(error) not in BUSY or time.monotonic() >= deadline:
                raise
        else:
            return
        time.sleep(pause)
        pause = min(2 * pause, 2.0)


def when_seen(action: Callable[[], T], wait_s: float = SEEN_WAIT_S) -> T:
    """What `action` gives, tried again while a service has not yet heard of what IAM has just made.

    Source: AWS IAM User Guide, "Changes that I make are not always immediately visible".
    """
    deadline, pause = time.monotonic() + wait_s, 0.2
    while True:
        try:
            return action()
        except ClientError as error:
            if not _is_unheard(error) or time.monotonic() >= deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, 2.0)


def _is_unheard(error: ClientError) -> bool:
    told = str(error.response.get("Error", {}).get("Message", "")).replace(" ", "").lower()
    return code_of(error) == "InvalidParameterValue" and "iaminstanceprofile" in told


def visible(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags without our token and without those that AWS owns."""
    return {key: value for key, value in tags.items() if key != MARK_TAG and not key.startswith("aws:")}


def all_tags(cloud: Cloud, tags: Mapping[str, str] | None) -> dict[str, str]:
    """Tags with the provider's default ones."""
    return {**cloud.settings.default_tags, **(tags or {})}


def tag_outputs(cloud: Cloud, live: Mapping[str, str]) -> Props:
    """The outputs `tags` and `tagsAll` from live tags."""
    shown = visible(live)
    own = {key: value for key, value in shown.items() if cloud.settings.default_tags.get(key) != value}
    return {"tags": own, "tagsAll": shown}


@dataclass(frozen=True, slots=True)
class Life:
    """The API calls of a type that follows the usual pattern; expressions are JMESPath on the answers."""

    create: str
    created: str
    """Id in the answer of `create`."""
    read: str
    ids: str
    """Parameter of `read` that takes the id."""
    found: str
    """The thing in the answer of `read`."""
    delete: str
    delete_by: str
    """Parameter of `delete` that takes the id."""
    listed: bool = True
    """Whether `ids` takes a list."""


class Ec2Resource(Resource):
    """A type of EC2: created with tags, described by id, tagged by CreateTags."""

    service = "ec2"
    life: ClassVar[Life]
    tag_type: ClassVar[str | None] = None
    """EC2's name of the type in tag specifications; None when creation takes no tags."""
    names: ClassVar[Names] = NO_NAMES
    not_sent: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the creation does not take; `arrange` sets them."""

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """One create call with tags and token, then what the call cannot set."""
        props = {key: wanted.props[key] for key in self.sent(wanted)}
        params = cloud.params("ec2", self.life.create, props, self.names)
        params.update(self.more_params(cloud, wanted))
        if self.tag_type:
            params["TagSpecifications"] = [self._tag_specification(cloud, wanted), *params.get("TagSpecifications", [])]
        id_ = str(pick(self.life.created, cloud.call("ec2", self.life.create, **params)))
        self.arrange(cloud, id_, wanted, frozenset(wanted.props), creating=True)
        return id_

    def sent(self, wanted: Wanted) -> frozenset[str]:
        """Inputs that go into the creation under their own names."""
        return frozenset(wanted.props) - self.not_sent - {"tags"}

    def _tag_specification(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        tags = {**all_tags(cloud, wanted.get("tags")), MARK_TAG: wanted.mark}
        return {"ResourceType": self.tag_type, "Tags": tag_list(tags)}

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """Parameters of the creation that names alone do not give."""
        del cloud, wanted
        return {}

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """Set what is not set by the creation; also called on updates, with what changed."""

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it and translate."""
        item = self.describe(cloud, id_)
        if item is None:
            return None
        outputs: Props = from_api({k: v for k, v in item.items() if k != "Tags"}, self.names)
        outputs.update(tag_outputs(cloud, tag_map(item.get("Tags"))) if self.tag_type else {})
        return {**outputs, **self.outputs(cloud, id_, item, known)}

    def describe(self, cloud: Cloud, id_: str) -> dict[str, Any] | None:
        """The API's view of it; None when it does not exist."""
        answer = cloud.find("ec2", self.life.read, **{self.life.ids: [id_] if self.life.listed else id_})
        item: dict[str, Any] | None = pick(self.life.found, answer)
        return None if item is None or item.get("State") in {"deleted", "terminated"} else item

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """Outputs that names alone do not give."""
        del cloud, id_, item, known
        return {}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags by CreateTags and DeleteTags, the rest by `arrange`."""
        if "tags" in changed:
            retag_ec2(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))
        self.arrange(cloud, id_, wanted, changed - {"tags"}, creating=False)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """One delete call, again while something depends on it."""
        del known
        when_free(lambda: cloud.call("ec2", self.life.delete, **{self.life.delete_by: id_}))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the token, of things that still exist."""
        filters = [{"Name": "key", "Values": [MARK_TAG]}, {"Name": "value", "Values": [wanted.mark]}]
        tagged = cloud.call("ec2", "DescribeTags", Filters=filters)["Tags"]
        ids = [str(tag["ResourceId"]) for tag in tagged]
        return next((id_ for id_ in ids if self.describe(cloud, id_) is not None), None)


def retag_ec2(cloud: Cloud, id_: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Make the tags of an EC2 thing the new ones."""
    if gone := [{"Key": key} for key in old if key not in new]:
        cloud.call("ec2", "DeleteTags", Resources=[id_], Tags=gone)
    if fresh := {key: value for key, value in new.items() if old.get(key) != value}:
        cloud.call("ec2", "CreateTags", Resources=[id_], Tags=tag_list(fresh))
