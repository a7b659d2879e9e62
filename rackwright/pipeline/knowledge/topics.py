"""One place to ask what something is: rules of both kinds, machines, parts, products and single releases."""

from __future__ import annotations

import datetime as dt
import difflib
import textwrap
from collections.abc import Iterator

from pydantic import BaseModel

from policies.registry import RULES as POLICIES
from policies.rule import Rule as PolicyRule
from rackwright.catalog import load_catalog
from rackwright.catalog.kinds import KINDS, named, sources_of
from rackwright.catalog.software import load_software
from rackwright.diagnostics import InputError
from rackwright.lock.explain import Explanation
from rackwright.lock.explain import explain as explain_software
from rackwright.preflight import explain as explain_model
from rackwright.preflight.rules import RULES as PREFLIGHT

NEAR = 3
"""Names offered in place of one that does not exist."""


def explain_topic(topic: str, today: dt.date) -> str:
    """A page on `topic`; InputError with the nearest names of every kind when there is no such thing."""
    rules = {rule.id: rule for rule in POLICIES}
    if topic.upper() in rules:
        return policy_page(rules[topic.upper()])
    if topic.upper() in {rule.id for rule in PREFLIGHT} or topic in load_catalog().machines:
        return explain_model(topic, load_catalog())
    if software := explain_software(topic, load_software(), today):
        return "\n".join(_software_page(one) for one in software)
    if found := named(topic):
        return "\n".join(record_page(kind, topic, record) for kind, record in found.items())
    near = nearest_topics(topic)
    hint = f"did you mean {' or '.join(near)}?" if near else "'./rw rules' and './rw catalog list' show what exists"
    raise InputError(f"there is no rule, machine, part, product or version '{topic}'", hint=hint)


def nearest_topics(topic: str) -> list[str]:
    """Names of any kind that `topic` was probably meant to be, best first."""
    known = {name.lower(): name for name in every_topic()}
    return [known[name] for name in difflib.get_close_matches(topic.lower(), list(known), n=NEAR)]


def every_topic() -> Iterator[str]:
    """Every name that `explain_topic` knows."""
    yield from (rule.id for rule in PREFLIGHT)
    yield from (rule.id for rule in POLICIES)
    for read in KINDS.values():
        yield from read()
    for product in load_software().products.values():
        yield from (release.version for release in product.releases)


def policy_page(rule: PolicyRule) -> str:
    """The reference page of a policy rule as text."""
    controls = f"\nEvidence for: {', '.join(rule.controls)}" if rule.controls else ""
    code = f"Code:\n{textwrap.indent(rule.code, '  ')}\n"
    return f"{rule.id} ({rule.severity}, {rule.enforcement})\n\n{rule.docs}\n\n{code}{controls}\n"


def record_page(kind: str, name: str, record: BaseModel) -> str:
    """Facts of a catalog record, one a line, with their sources."""
    facts = record.model_dump(mode="json", exclude={"source", "origin", "name"}, exclude_defaults=True)
    lines = [f"{key:<20} {value}" for key, value in facts.items()]
    sources = dict.fromkeys(f"source: {one.url}, read {one.read_on}" for one in sources_of(record))
    return "\n".join([f"{name} ({kind})", "", *lines, "", *sources]) + "\n"


def _software_page(found: Explanation) -> str:
    title = f"{found.product} {found.version or ''}".strip()
    return "\n".join([title, "", *found.lines, "", *(f"source: {url}" for url in found.sources)]) + "\n"
