"""Types whose whole life is one API call each way: said as data instead of as code."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from rackwright.engine.providers.aws.cloud import Cloud, code_of
from rackwright.engine.providers.aws.resource import (
    MARK_TAG,
    Resource,
    Wanted,
    all_tags,
    pick,
    tag_outputs,
    when_free,
)
from rackwright.engine.providers.aws.shapes import NO_NAMES, Names, Props, from_api, tag_list, tag_map


@dataclass(frozen=True, slots=True)
class Calls:
    """Operations of a type's life."""

    create: str
    read: str
    delete: str
    update: str | None = None
    """None where creating it again changes it, or nothing but tags changes in place."""


@dataclass(frozen=True, slots=True)
class Tagging:
    """How a service takes and gives tags; the defaults are the commonest form."""

    at: str | None = "Tags"
    """Parameter of the creation; None where tags are added afterwards."""
    as_map: bool = False
    where: str = "ResourceArn"
    """Parameter that takes the ARN."""
    added: str = "Tags"
    removed: str = "TagKeys"
    listed: str = "ListTagsForResource"
    found: str = "Tags"
    add: str = "TagResource"
    remove: str = "UntagResource"

    def sent(self, tags: dict[str, str]) -> Any:
        """Tags in the service's form."""
        return dict(tags) if self.as_map else tag_list(tags)


class Declared(Resource):
    """Created, read, updated and deleted by one call each; what differs is in the class variables."""

    calls: ClassVar[Calls]
    keys: ClassVar[tuple[str, ...]]
    """Parameters that name it, in the order in which its id holds them."""
    separator: ClassVar[str] = ","
    created: ClassVar[str | None] = None
    """Id in the answer of the creation (JMESPath); None where it is known before."""
    id_from: ClassVar[tuple[str, ...]] = ()
    """Properties that make the id where it is known before; empty takes `keys` of the request."""
    body: ClassVar[str | None] = None
    """Member of the request that holds the properties; None where they are the request."""
    beside: ClassVar[frozenset[str]] = frozenset()
    """Properties that stand beside `body`."""
    listed: ClassVar[str | None] = None
    """Parameter of the reading call that takes a list of ids; "" where it takes nothing; None where it takes `keys`."""
    found: ClassVar[str] = "@"
    """The thing in the answer of `calls.read` (JMESPath; ``$Key`` is a part of the id)."""
    listing: ClassVar[tuple[str, str] | None] = None
    """Where AWS makes the id: operation and JMESPath (``$mark``, ``$name``) to the id that a lost reply left behind."""
    names: ClassVar[Names] = NO_NAMES
    tagging: ClassVar[Tagging | None] = None
    puts: ClassVar[bool] = False
    """Whether creating it again changes it."""
    absent: ClassVar[frozenset[str]] = frozenset()
    """Error codes beside the usual ones that say that it does not exist."""
    marked: ClassVar[bool] = False
    """Whether the creation gets a tag by which it is found again."""

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Parameters of `operation`."""
        props = {key: value for key, value in wanted.props.items() if key != "tags"}
        if self.body is not None:
            inner = {key: value for key, value in props.items() if key not in self.beside}
            props = {**{key: props.get(key) for key in self.beside}, self.body: inner}
        return cloud.params(self.service, operation, props, self.names)

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """Parameters that name the thing `id_`; `known` are recorded properties, for what the id does not hold."""
        del known
        return dict(zip(self.keys, id_.split(self.separator), strict=True))

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """Parameters of the reading call."""
        if self.listed is None:
            return self.where(id_, known)
        return {self.listed: [id_]} if self.listed else {}

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it with its tags."""
        params = self.params(cloud, self.calls.create, wanted)
        if self.tagging is not None and self.tagging.at:
            mark = {MARK_TAG: wanted.mark} if self.marked else {}
            params[self.tagging.at] = self.tagging.sent({**all_tags(cloud, wanted.get("tags")), **mark}) or None
        answer = cloud.call(self.service, self.calls.create, **params)
        id_ = str(pick(self.created, answer)) if self.created else self.id_of(cloud, wanted)
        self.arrange(cloud, id_, wanted)
        return id_

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted) -> None:
        """What the creation does not set."""

    def id_of(self, cloud: Cloud, wanted: Wanted) -> str:
        """Id where it is known before the creation."""
        if self.id_from:
            return self.separator.join(str(wanted.get(key)) for key in self.id_from)
        params = self.params(cloud, self.calls.create, wanted)
        return self.separator.join(str(params[key]) for key in self.keys)

    def describe(self, cloud: Cloud, id_: str, known: Props) -> dict[str, Any] | None:
        """The API's view of it; None when it does not exist."""
        answer = self._answer(cloud, id_, known)
        found = Template(self.found).safe_substitute(self.where(id_, known))
        item: dict[str, Any] | None = None if answer is None else pick(found, answer)
        return item or None

    def _answer(self, cloud: Cloud, id_: str, known: Props) -> dict[str, Any] | None:
        try:
            return cloud.find(self.service, self.calls.read, **self.asked(id_, known))
        except ClientError as error:
            if code_of(error) in self.absent:
                return None
            raise

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it and translate."""
        item = self.describe(cloud, id_, known)
        if item is None:
            return None
        plain = {key: value for key, value in item.items() if key not in {"Tags", "tags", "ResponseMetadata"}}
        outputs: Props = {**from_api(plain, self.names), **self.outputs(cloud, id_, item)}
        if self.tagging is None:
            return outputs
        return {**outputs, **tag_outputs(cloud, self.live_tags(cloud, self.tag_key(id_, outputs), item))}

    def tag_key(self, id_: str, outputs: Props) -> str:
        """What tags hang on: the ARN where there is one."""
        return str(outputs.get("arn", id_))

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Outputs that names alone do not give."""
        del cloud, id_, item
        return {}

    def live_tags(self, cloud: Cloud, arn: str, item: dict[str, Any]) -> dict[str, str]:
        """Tags as they are; of the description where it has them."""
        assert self.tagging is not None, "asked for types with tags only"
        live = item.get("Tags", item.get("tags"))
        if live is None:
            answer = cloud.find(self.service, self.tagging.listed, **self.tagged(arn)) or {}
            live = pick(self.tagging.found, answer)
        return dict(live or {}) if self.tagging.as_map else tag_map(live)

    def tagged(self, arn: str) -> dict[str, Any]:
        """Parameters of the calls about tags."""
        assert self.tagging is not None, "asked for types with tags only"
        return {self.tagging.where: arn}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """What it is in one call, tags in theirs."""
        if changed - {"tags"} and self.calls.update:
            params = self.params(cloud, self.calls.update, wanted)
            cloud.call(self.service, self.calls.update, **{**params, **self.where(id_, wanted.props)})
            self.arrange(cloud, id_, wanted)
        elif changed - {"tags"} and self.puts:
            cloud.call(self.service, self.calls.create, **self.params(cloud, self.calls.create, wanted))
        if "tags" in changed and self.tagging is not None:
            self._retag(cloud, self.arn_of(cloud, id_, old), old.get("tags") or {}, wanted.get("tags", {}))

    def arn_of(self, cloud: Cloud, id_: str, known: Props) -> str:
        """ARN that tags hang on."""
        return id_ if id_.startswith("arn:") else str((self.read(cloud, id_, known) or {}).get("arn", id_))

    def _retag(self, cloud: Cloud, arn: str, old: Props, new: Props) -> None:
        assert self.tagging is not None, "asked for types with tags only"
        if gone := [key for key in old if key not in new]:
            cloud.call(self.service, self.tagging.remove, **self.tagged(arn), **{self.tagging.removed: gone})
        if new:
            cloud.call(
                self.service, self.tagging.add, **self.tagged(arn), **{self.tagging.added: self.tagging.sent(new)}
            )

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """One delete call, again while something depends on it."""
        try:
            when_free(lambda: cloud.call(self.service, self.calls.delete, **self.where(id_, known)))
        except ClientError as error:
            if code_of(error) not in self.absent:
                raise

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By what names it, or by the mark or name in a listing where AWS makes the id."""
        if self.listing is None:
            id_ = self.id_of(cloud, wanted)
            return id_ if self.read(cloud, id_, wanted.props) else None
        operation, expression = self.listing
        expression = Template(expression).safe_substitute(mark=wanted.mark, name=self.named(wanted))
        found = pick(expression, cloud.find(self.service, operation, **self.listed_by(wanted)) or {})
        return str(found) if found else None

    def named(self, wanted: Wanted) -> str:
        """What ``$name`` of `listing` stands for."""
        return str(wanted.get("name", ""))

    def listed_by(self, wanted: Wanted) -> dict[str, Any]:
        """Parameters of the listing call."""
        del wanted
        return {}


class Setting(Declared):
    """A setting that an account or region has once: put to switch it on, put back when it is deleted."""

    keys = ()
    listed = ""
    puts = True

    def id_in(self, cloud: Cloud) -> str:
        """Id of the setting."""
        return cloud.region

    def id_of(self, cloud: Cloud, wanted: Wanted) -> str:
        """The same for everybody."""
        del wanted
        return self.id_in(cloud)

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """A setting needs no name."""
        del id_, known
        return {}
