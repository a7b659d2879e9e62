"""Hosted zones and their records."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, tag_list, tag_map

OWN_RECORDS = ("NS", "SOA")
"""Records that Route 53 makes with a zone and removes with it."""


class Zone(Resource):
    """Hosted zone; with VPCs a private one, which must have at least one of them at any time."""

    type_ = "aws:route53/zone:Zone"
    service = "route53"
    replaces = frozenset({"name", "delegationSetId"})
    defaults = fixed({"comment": "Managed by Pulumi", "forceDestroy": False})
    computed = ("arn", "zoneId", "nameServers", "primaryNameServer", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it with its first VPC, then the others and the tags."""
        vpcs = wanted.get("vpcs", [])
        answer = cloud.call(
            *("route53", "CreateHostedZone"),
            Name=wanted.get("name"),
            CallerReference=wanted.mark,
            HostedZoneConfig={"Comment": wanted.get("comment", ""), "PrivateZone": bool(vpcs)},
            VPC=_vpc(cloud, vpcs[0]) if vpcs else None,
        )
        id_ = _bare(answer["HostedZone"]["Id"])
        for vpc in vpcs[1:]:
            cloud.call("route53", "AssociateVPCWithHostedZone", HostedZoneId=id_, VPC=_vpc(cloud, vpc))
        if tags := all_tags(cloud, wanted.get("tags")):
            _retag(cloud, id_, {}, tags)
        return id_

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Get it with its VPCs and tags."""
        answer = cloud.find("route53", "GetHostedZone", Id=id_)
        if answer is None:
            return None
        zone = answer["HostedZone"]
        tags = cloud.call("route53", "ListTagsForResource", ResourceType="hostedzone", ResourceId=id_)
        servers = pick("DelegationSet.NameServers", answer) or []
        return {
            "arn": f"arn:{cloud.partition}:route53:::hostedzone/{id_}",
            "zoneId": id_,
            "name": str(zone["Name"]).rstrip("."),
            "comment": pick("Config.Comment", zone) or "",
            "vpcs": [{"vpcId": one["VPCId"], "vpcRegion": one["VPCRegion"]} for one in answer.get("VPCs") or []],
            "nameServers": servers,
            "primaryNameServer": servers[0] if servers else "",
            **tag_outputs(cloud, tag_map(pick("ResourceTagSet.Tags", tags))),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Comment, VPCs (new ones first) and tags, each in its own call."""
        if "comment" in changed:
            cloud.call("route53", "UpdateHostedZoneComment", Id=id_, Comment=wanted.get("comment", ""))
        if "vpcs" in changed:
            here, want = ([_vpc(cloud, one) for one in props] for props in (old.get("vpcs") or [], wanted.get("vpcs")))
            for vpc in (one for one in want if one not in here):
                cloud.call("route53", "AssociateVPCWithHostedZone", HostedZoneId=id_, VPC=vpc)
            for vpc in (one for one in here if one not in want):
                cloud.call("route53", "DisassociateVPCFromHostedZone", HostedZoneId=id_, VPC=vpc)
        if "tags" in changed:
            _retag(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """With `forceDestroy` its records go first; without, AWS refuses while there are any."""
        if known.get("forceDestroy"):
            for record in pick("ResourceRecordSets", cloud.find("route53", "ListResourceRecordSets", HostedZoneId=id_)):
                if record["Type"] not in OWN_RECORDS:
                    _change(cloud, id_, "DELETE", record)
        when_free(lambda: cloud.call("route53", "DeleteHostedZone", Id=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the reference of its creation."""
        zones = cloud.call("route53", "ListHostedZones")["HostedZones"]
        return next((_bare(one["Id"]) for one in zones if one.get("CallerReference") == wanted.mark), None)


def _bare(id_: str) -> str:
    return id_.rpartition("/")[2]


def _vpc(cloud: Cloud, vpc: Props) -> dict[str, str]:
    return {"VPCRegion": vpc.get("vpcRegion") or cloud.region, "VPCId": vpc["vpcId"]}


def _retag(cloud: Cloud, id_: str, old: Props, new: Props) -> None:
    gone = [key for key in old if key not in new]
    cloud.call(
        *("route53", "ChangeTagsForResource"),
        ResourceType="hostedzone",
        ResourceId=id_,
        AddTags=tag_list(new) or None,
        RemoveTagKeys=gone or None,
    )


class Record(Resource):
    """One record set with plain values; its id is made of zone, name and type, as pulumi-aws makes it."""

    type_ = "aws:route53/record:Record"
    service = "route53"
    replaces = frozenset({"zoneId", "name", "type", "setIdentifier"})
    computed = ("fqdn",)
    delete_first = True

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it; one that is there already is refused unless `allowOverwrite` says otherwise."""
        verb = "UPSERT" if wanted.get("allowOverwrite") else "CREATE"
        _change(cloud, str(wanted.get("zoneId")), verb, _record_set(wanted.props))
        return _record_id(wanted.props)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it in its zone; the API lists from a name on."""
        name, kind = str(known.get("name")), str(known.get("type"))
        start = {"StartRecordName": name, "StartRecordType": kind, "MaxItems": "1"}
        answer = cloud.find("route53", "ListResourceRecordSets", HostedZoneId=known.get("zoneId"), **start)
        sets: list[dict[str, Any]] = (answer or {}).get("ResourceRecordSets") or []
        found = next((one for one in sets if one["Name"].rstrip(".") == name and one["Type"] == kind), None)
        if found is None:
            return None
        values = [one["Value"] for one in found.get("ResourceRecords") or []]
        shown = {"zoneId": known.get("zoneId"), "name": name, "type": kind, "fqdn": name}
        return {**shown, "ttl": found.get("TTL"), "records": values}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Write it anew."""
        _change(cloud, str(wanted.get("zoneId")), "UPSERT", _record_set(wanted.props))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The API wants the record as it is now."""
        live = self.read(cloud, id_, known)
        if live is not None:
            when_free(lambda: _change(cloud, str(live["zoneId"]), "DELETE", _record_set(live)))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By zone, name and type."""
        id_ = _record_id(wanted.props)
        return id_ if self.read(cloud, id_, wanted.props) else None

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Aliases and routing policies are refused."""
        foreign = sorted(name for name in props if name == "aliases" or name.endswith(("Policy", "Policies")))
        return [(name, "only plain records are supported here") for name in foreign if props[name]]


def _record_id(props: Props) -> str:
    return f"{props.get('zoneId')}_{props.get('name')}_{props.get('type')}"


def _record_set(props: Props) -> dict[str, Any]:
    values = [{"Value": str(value)} for value in props.get("records") or []]
    return {"Name": props["name"], "Type": props["type"], "TTL": int(props["ttl"]), "ResourceRecords": values}


def _change(cloud: Cloud, zone: str, verb: str, record: dict[str, Any]) -> None:
    batch = {"Changes": [{"Action": verb, "ResourceRecordSet": record}]}
    cloud.call("route53", "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch=batch)
