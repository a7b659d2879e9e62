"""``rw check --online``: asks the provider, read-only, what the stack needs, and hands the answers to the judges.

Nothing is made and nothing is paid for: descriptions, quotas, and RunInstances with DryRun for each launch template.
Head nodes are not rehearsed; their types, images and addresses are checked like everybody's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from rackwright.design.images import image_query
from rackwright.design.model import Design, Pool
from rackwright.engine import Op, Plan
from rackwright.pipeline.launch_request import LaunchRequest, in_place, launch_requests
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.program.provider_reads import Reader, Refused, Reply
from rackwright.preflight.online import (
    Answer,
    MachineImage,
    OnlineVerdict,
    Rehearsal,
    Reservation,
    Unread,
    judge_addon,
    judge_addresses,
    judge_image,
    judge_launch,
    judge_offering,
    judge_quota,
    judge_reservation,
)

STACK_TAG = "rackwright:stack"
"""Tag of everything that a stack makes."""
VPC_QUOTA = "L-F678F1CE"
"""Service Quotas' code of "VPCs per Region". Source: https://docs.aws.amazon.com/vpc/latest/userguide/
amazon-vpc-limits.html, read 2026-11-21."""
INTERFACE_QUOTA = "L-DF5E4CA3"
"""Service Quotas' code of "Network interfaces per Region"; same source."""
ADDRESS_QUOTA = "EC2-VPC Elastic IPs"
"""Service Quotas' name; same source."""
ALIVE = ("pending", "running", "stopping", "stopped")


def check_online(prepared: Prepared, plan: Plan, reader: Reader, now: dt.datetime) -> tuple[OnlineVerdict, ...]:
    """Every verdict, in the order of the checks. `plan` is a preview of the stack, offline or not."""
    checks = _Checks(prepared, plan, reader, now)
    return (
        *checks.vcpu_quotas(),
        checks.address_quota(),
        checks.vpc_quota(),
        checks.interface_quota(),
        *checks.offerings(),
        *checks.addons(),
        *checks.reservations(),
        *checks.images(),
        *checks.addresses(),
        *checks.launches(),
    )


def nothing_to_ask(reason: str) -> tuple[OnlineVerdict, ...]:
    """The one verdict where there is no provider to ask."""
    return (OnlineVerdict("provider", Answer.NOT_CHECKED, ("target",), reason),)


@dataclass
class _Checks:
    prepared: Prepared
    plan: Plan
    reader: Reader
    now: dt.datetime

    @property
    def _design(self) -> Design:
        return self.prepared.design

    # --- quotas ---

    def vcpu_quotas(self) -> Iterator[OnlineVerdict]:
        """One verdict for each family of quota that the pools draw from; capacity blocks draw from none."""
        needs: Counter[tuple[str, bool]] = Counter()
        for pool in self._design.pools:
            family = self.prepared.catalog.machine(pool.machine).quota_class
            if family and pool.capacity.kind != "block":
                needs[family, pool.capacity.kind == "spot"] += pool.vcpus * pool.max_nodes
        for (family, spot), needed in sorted(needs.items()):
            kind = "spot" if spot else "on-demand"
            limit = self._limit(partial(quota_is_for, family=family, spot=spot), f"{kind} {family} vCPUs")
            in_use = self._vcpus_of_others(family, spot=spot)
            what = f"vCPUs of {kind} {family} instances"
            yield judge_quota("vcpu-quota", ("pools",), what, needed=needed, in_use=in_use, limit=limit)

    def _limit(self, wanted: Callable[[str], bool], what: str) -> float | Unread:
        quotas = self._quotas
        if isinstance(quotas, Unread):
            return quotas
        found = [value for name, value in quotas.items() if wanted(name)]
        return found[0] if len(found) == 1 else Unread(f"Service Quotas names {len(found)} quotas of {what}")

    @cached_property
    def _quotas(self) -> dict[str, float] | Unread:
        answer = answered(self.reader.read("service-quotas", "ListServiceQuotas", ServiceCode="ec2"))
        if isinstance(answer, Unread):
            return answer
        return {str(quota["QuotaName"]): float(quota["Value"]) for quota in answer.get("Quotas", [])}

    def _vcpus_of_others(self, family: str, *, spot: bool) -> int | Unread:
        if isinstance(self._instances, Unread):
            return self._instances
        machines = self.prepared.catalog.machines
        others = [
            machines[one["InstanceType"]]
            for one in self._instances
            if one["InstanceType"] in machines
            and not self._is_ours(one)
            and one["State"]["Name"] in {"pending", "running"}
            and (one.get("InstanceLifecycle") == "spot") == spot
        ]
        return sum(machine.vcpus for machine in others if machine.quota_class == family)

    def address_quota(self) -> OnlineVerdict:
        """Elastic IP addresses that the apply still makes."""
        limit = self._limit(lambda name: name == ADDRESS_QUOTA, "Elastic IP addresses")
        used = _count(answered(self.reader.read("ec2", "DescribeAddresses")), "Addresses")
        needed = self._to_make("aws:ec2/eip:Eip")
        return judge_quota(
            "address-quota", ("network",), "Elastic IP addresses", needed=needed, in_use=used, limit=limit
        )

    def vpc_quota(self) -> OnlineVerdict:
        """Networks that the apply still makes."""
        limit = self._limit_of_vpc(VPC_QUOTA)
        used = _count(answered(self.reader.read("ec2", "DescribeVpcs")), "Vpcs")
        needed = self._to_make("aws:ec2/vpc:Vpc")
        return judge_quota("vpc-quota", ("network",), "VPCs", needed=needed, in_use=used, limit=limit)

    def interface_quota(self) -> OnlineVerdict:
        """Network interfaces of the nodes still to start: 33 for one p5 node, so 64 nodes take 2,112."""
        limit = self._limit_of_vpc(INTERFACE_QUOTA)
        used = _count(answered(self.reader.read("ec2", "DescribeNetworkInterfaces")), "NetworkInterfaces")
        needed = sum(self._to_start(pool) * max(1, len(pool.nics)) for pool in self._design.pools)
        what = "network interfaces"
        return judge_quota("interface-quota", ("pools",), what, needed=needed, in_use=used, limit=limit)

    def _limit_of_vpc(self, code: str) -> float | Unread:
        read = answered(self.reader.read("service-quotas", "GetServiceQuota", ServiceCode="vpc", QuotaCode=code))
        return read if isinstance(read, Unread) else float(read["Quota"]["Value"])

    def _to_make(self, type_: str) -> int:
        there = self._made(type_)
        return max(0, sum(step.type == type_ and step.op is Op.CREATE for step in self.plan.steps) - there)

    def _made(self, type_: str) -> int:
        """Ours that exist already: a plan made without the stack's record would count them again."""
        operation, key = {
            "aws:ec2/eip:Eip": ("DescribeAddresses", "Addresses"),
            "aws:ec2/vpc:Vpc": ("DescribeVpcs", "Vpcs"),
        }[type_]
        found = _count(answered(self.reader.read("ec2", operation, Filters=[self._ours])), key)
        return 0 if isinstance(found, Unread) else found

    # --- machines ---

    def offerings(self) -> Iterator[OnlineVerdict]:
        """Instance type and zone of each pool."""
        for pool in self._design.pools:
            filters = [{"Name": "instance-type", "Values": [pool.machine]}]
            reply = self.reader.read(
                "ec2", "DescribeInstanceTypeOfferings", LocationType="availability-zone-id", Filters=filters
            )
            read = answered(reply)
            zones = (
                read
                if isinstance(read, Unread)
                else frozenset(str(one["Location"]) for one in read["InstanceTypeOfferings"])
            )
            yield judge_offering(pool, self._zone(pool), zones)

    def addons(self) -> Iterator[OnlineVerdict]:
        """Version of each add-on of EKS that is pinned."""
        kubernetes = self._design.kubernetes
        for addon in kubernetes.addons if kubernetes is not None else ():
            if kubernetes is not None and addon.version is not None:
                asked = {"addonName": addon.name, "kubernetesVersion": kubernetes.version}
                read = answered(self.reader.read("eks", "DescribeAddonVersions", **asked))
                yield judge_addon(addon, kubernetes.version, read if isinstance(read, Unread) else _offered(read))

    def reservations(self) -> Iterator[OnlineVerdict]:
        """State, dates, place and room of each reservation and capacity block."""
        for pool in self._design.pools:
            if pool.capacity.reservation_id is not None:
                found = self._reservation(pool.capacity.reservation_id)
                needed = self._to_start(pool)
                yield judge_reservation(pool, self._zone(pool), needed, found, self.now)

    def _reservation(self, name: str) -> Reservation | Unread | None:
        reply = self.reader.read("ec2", "DescribeCapacityReservations", CapacityReservationIds=[name])
        if isinstance(reply, Refused) and "NotFound" in reply.code:
            return None
        read = answered(reply)
        if isinstance(read, Unread):
            return read
        found = [one for one in read.get("CapacityReservations", []) if one["CapacityReservationId"] == name]
        return _reservation_of(found[0]) if found else None

    def images(self) -> Iterator[OnlineVerdict]:
        """The image that each pool starts from."""
        for pool in self._design.pools:
            yield judge_image(pool, self._image_words(pool), self._image(pool))

    def _image_words(self, pool: Pool) -> str:
        query = image_query(self._design, pool)
        return pool.ami or f"{query.name} of {query.owner}"

    def _image(self, pool: Pool) -> MachineImage | Unread | None:
        if pool.ami:
            reply = self.reader.read("ec2", "DescribeImages", ImageIds=[pool.ami])
        else:
            query = image_query(self._design, pool)
            filters = [{"Name": "name", "Values": [query.name]}]
            reply = self.reader.read("ec2", "DescribeImages", Owners=[query.owner], Filters=filters)
        if isinstance(reply, Refused) and reply.code.startswith("InvalidAMIID"):
            return None
        read = answered(reply)
        if isinstance(read, Unread):
            return read
        newest = max(read.get("Images", []), key=lambda image: str(image.get("CreationDate", "")), default=None)
        return MachineImage(newest["ImageId"], newest["State"], newest["Architecture"]) if newest else None

    # --- addresses and launches ---

    def addresses(self) -> Iterator[OnlineVerdict]:
        """Free addresses of the subnets that exist already."""
        needs: Counter[str] = Counter()
        for pool in self._design.pools:
            needs[pool.subnet] += self._to_start(pool) * pool.addresses_per_node
        for name, needed in needs.items():
            subnet = self._subnet(name)
            free = subnet if isinstance(subnet, Unread) or subnet is None else int(subnet["AvailableIpAddressCount"])
            yield judge_addresses(name, needed, free)

    def launches(self) -> Iterator[OnlineVerdict]:
        """A rehearsed launch of every pool that has a launch template."""
        for request in launch_requests(self.plan, self.reader.ec2):
            pool = self._design.pool(request.pool)
            count = max(1, pool.min_nodes - self._running(pool))
            yield judge_launch(pool, count, self._rehearse(pool, request, count))

    def _rehearse(self, pool: Pool, request: LaunchRequest, count: int) -> Rehearsal | Unread:
        image, subnet = self._image(pool), self._subnet(pool.subnet)
        if isinstance(image, Unread):
            return image
        image_id = image.id if image else None
        subnet_id = str(subnet["SubnetId"]) if isinstance(subnet, Mapping) else None
        params = in_place(request.params, image=image_id, subnet=subnet_id, count=count)
        if "ImageId" not in params:
            return Unread(f"there is no image {self._image_words(pool)}")
        left_out = tuple(name for name in request.left_out if name != "imageId")
        reply = self.reader.read("ec2", "RunInstances", **params)
        if isinstance(reply, Unread):
            return reply
        without = left_out if subnet_id else (*left_out, "subnet")
        if isinstance(reply, Refused):
            return Rehearsal(reply.code, reply.message, without)
        return Unread("the provider ignored DryRun")

    # --- what is there ---

    @property
    def _ours(self) -> dict[str, Any]:
        return {"Name": f"tag:{STACK_TAG}", "Values": [self.prepared.stack]}

    def _is_ours(self, instance: Mapping[str, Any]) -> bool:
        return _tags(instance).get(STACK_TAG) == self.prepared.stack

    @cached_property
    def _instances(self) -> list[Mapping[str, Any]] | Unread:
        filters = [{"Name": "instance-state-name", "Values": list(ALIVE)}]
        read = answered(self.reader.read("ec2", "DescribeInstances", Filters=filters))
        if isinstance(read, Unread):
            return read
        return [one for group in read.get("Reservations", []) for one in group["Instances"]]

    def _running(self, pool: Pool) -> int:
        if isinstance(self._instances, Unread):
            return 0
        ours = (_tags(one) for one in self._instances if self._is_ours(one))
        return sum(tags.get("rackwright:pool") == pool.name for tags in ours)

    def _to_start(self, pool: Pool) -> int:
        return max(0, pool.max_nodes - self._running(pool))

    def _subnet(self, name: str) -> Mapping[str, Any] | Unread | None:
        named = {"Name": "tag:Name", "Values": [f"{self._design.name}-{name}"]}
        read = answered(self.reader.read("ec2", "DescribeSubnets", Filters=[self._ours, named]))
        if isinstance(read, Unread):
            return read
        found: list[Mapping[str, Any]] = read.get("Subnets", [])
        return found[0] if found else None

    def _zone(self, pool: Pool) -> str:
        return self._design.network.subnet(pool.subnet).zone_id


def quota_is_for(name: str, family: str, *, spot: bool) -> bool:
    """Whether Service Quotas' quota called `name` counts on-demand or spot vCPUs of `family`.

    ``Running On-Demand P instances``; ``All G and VT Spot Instance Requests``. Spot has several quotas for P
    (``All P5 Spot Instance Requests``), none of which is taken for the other: then the answer is "not checked".
    """
    words = re.escape(family) + r"(?: \([^)]*\))?"
    form = rf"All {words} Spot Instance Requests" if spot else rf"Running On-Demand {words} instances"
    return re.fullmatch(form, name) is not None


def answered(reply: Reply) -> Mapping[str, Any] | Unread:
    """The answer, or why there is none; a refusal of a plain question is no answer."""
    return Unread(f"{reply.code}: {reply.message}") if isinstance(reply, Refused) else reply


def _offered(read: Mapping[str, Any]) -> list[str]:
    """Versions of an add-on, newest first as EKS lists them."""
    return [str(one["addonVersion"]) for addon in read.get("addons", []) for one in addon.get("addonVersions", [])]


def _count(read: Mapping[str, Any] | Unread, key: str) -> int | Unread:
    return read if isinstance(read, Unread) else len(read.get(key, []))


def _tags(thing: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags", [])}


def _reservation_of(found: Mapping[str, Any]) -> Reservation:
    return Reservation(
        state=str(found["State"]),
        machine=str(found["InstanceType"]),
        zone_id=str(found.get("AvailabilityZoneId") or ""),
        free=int(found["AvailableInstanceCount"]),
        total=int(found["TotalInstanceCount"]),
        block=found.get("ReservationType") == "capacity-block",
        starts=found.get("StartDate"),
        ends=found.get("EndDate"),
    )
