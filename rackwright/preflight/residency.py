"""Where data may be, and on what ground it may leave."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.regions import ADEQUATE, EEA, REGION_COUNTRY
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.storage import S3


def _country(view: View) -> str | None:
    """Country that the cluster stands in; None where the region is not known."""
    target = view.spec.target
    return target.country if target.kind == "on-prem" else REGION_COUNTRY.get(target.region)


def _allowed(country: str, allowed: tuple[str, ...]) -> bool:
    return country in allowed or ("eu" in allowed and country in EEA)


@rule("RW-RES-001", frameworks=("gdpr",))
def cluster_is_where_data_may_be(view: View) -> Iterator[Fault]:
    """The cluster stands in a country that data may be in.

    Source: GDPR Article 44; contracts and laws on residency
    """
    country, allowed = _country(view), view.spec.data.residency
    if allowed and country and not _allowed(country, allowed):
        where: Path = ("target", "country" if view.on_prem else "region")
        yield Fault(
            where, f"the cluster is in '{country}', data may be in {', '.join(allowed)}", "choose another place"
        )


@rule("RW-RES-002", frameworks=("gdpr",))
def copies_are_where_data_may_be(view: View) -> Iterator[Fault]:
    """Copies of buckets are in countries that data may be in.

    Source: GDPR Article 44 (onward transfers)
    """
    allowed = view.spec.data.residency
    for name, item in view.spec.storage.items():
        region = item.replicate_to if isinstance(item, S3) else None
        country = REGION_COUNTRY.get(region) if region else None
        if allowed and country and not _allowed(country, allowed):
            where: Path = ("storage", name, "replicate_to")
            yield Fault(where, f"'{region}' is in '{country}', data may be in {', '.join(allowed)}", "choose another")


@rule("RW-RES-003")
def copies_are_in_known_regions(view: View) -> Iterator[Fault]:
    """A region that data is copied to exists.

    Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
    """
    for name, item in view.spec.storage.items():
        if isinstance(item, S3) and item.replicate_to and item.replicate_to not in REGION_COUNTRY:
            where: Path = ("storage", name, "replicate_to")
            yield Fault(where, f"'{item.replicate_to}' is not a region that we know", "for example eu-west-1")


@rule("RW-RES-004")
def region_is_known(view: View) -> Iterator[Fault]:
    """The target's region is one whose country is known.

    Residency could not be checked otherwise.

    Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
    """
    target = view.spec.target
    if target.kind != "on-prem" and target.region not in REGION_COUNTRY:
        yield Fault(("target", "region"), f"'{target.region}' is not a region that we know", "for example us-east-1")


@rule("RW-RES-005", frameworks=("gdpr",))
def transfers_have_a_basis(view: View) -> Iterator[Fault]:
    """Personal data of Europeans outside the EEA has a legal basis.

    Source: GDPR Articles 44 to 49
    """
    data, country = view.spec.data, _country(view)
    european = [subject for subject in data.subjects if subject in EEA or subject == "eu"]
    if view.follows("gdpr") and european and country and country not in EEA and data.transfer_basis == "none":
        summary = f"data about people in {', '.join(european)} goes to '{country}' without a basis"
        yield Fault(("data", "transfer_basis"), summary, "name adequacy, scc or bcr, or stay in the EEA")


@rule("RW-RES-006", frameworks=("gdpr",))
def adequacy_was_decided(view: View) -> Iterator[Fault]:
    """Adequacy is claimed for a country that has a decision.

    Source: GDPR Article 45; the Commission's list of adequacy decisions
    """
    country = _country(view)
    if view.spec.data.transfer_basis == "adequacy" and country and country not in ADEQUATE | EEA:
        summary = f"there is no adequacy decision for '{country}'"
        yield Fault(("data", "transfer_basis"), summary, "use scc or bcr")


@rule("RW-RES-007", Severity.WARNING, frameworks=("gdpr",))
def residency_is_stated(view: View) -> Iterator[Fault]:
    """Under the GDPR it is written where personal data may be.

    What is not written cannot be checked, here or in the audit.

    Source: GDPR Article 30(1)(e) (records of processing)
    """
    if view.follows("gdpr") and view.sensitive and not view.spec.data.residency:
        yield Fault(("data",), "residency is empty under gdpr", "write data.residency: [eu]")


@rule("RW-RES-008", frameworks=("fedramp-moderate",))
def federal_data_stays_home(view: View) -> Iterator[Fault]:
    """Under FedRAMP the cluster stands in the United States.

    Authorised services are those of the US regions.

    Source: https://aws.amazon.com/compliance/services-in-scope/FedRAMP/
    """
    country = _country(view)
    if view.follows("fedramp-moderate") and country not in {None, "us"}:
        yield Fault(("target",), f"the cluster is in '{country}' under fedramp-moderate", "use a region of the US")
