"""How instances start: launch templates taken at their word, interfaces on their cards, EFA limits.

Sources: AWS EC2 API Reference, "RunInstances" and "Error codes"; AWS EC2 User Guide, "Launch instances from a launch
template" and "Maximize network bandwidth on instances with EFA"
(docs.aws.amazon.com/AWSEC2/latest, 2026-11).
"""

from __future__ import annotations

import base64
import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from moto.core.types import Base64EncodedString
from moto.ec2.models import EC2Backend
from moto.ec2.models import elastic_network_interfaces as interfaces
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES
from moto.ec2.models.instances import Instance, Reservation
from moto.ec2.models.launch_templates import LaunchTemplate

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.services.capacity import check_reservation, leave_blocks
from rackwright.cloud.aws.services.iam import is_heard_of
from rackwright.cloud.aws.services.placement_groups import MOST_SPREAD_PER_ZONE, groups_of, members_of
from rackwright.cloud.aws.services.quotas import check_launch

Launch = dict[str, Any]
"""A launch in the shape of RunInstances' parameters."""

_asked: list[Launch] = []
"""Parameters of the API call that is being answered; the emulator answers one at a time."""


@contextmanager
def on_behalf_of(asked: Launch) -> Iterator[None]:
    """Launches inside are made with these parameters, also with those that moto does not hand on."""
    _asked.append(asked)
    try:
        yield
    finally:
        _asked.pop()


def run_instances_call(call: Call) -> Reply:
    """RunInstances, with all its parameters."""
    check_profile(call, call.params)
    with on_behalf_of(call.params):
        return call.forward()


def check_profile(call: Call, asked: Launch) -> None:
    """An instance profile that IAM does not know (yet) is refused."""
    profile = asked.get("IamInstanceProfile") or {}
    profiles = call.state("iam").instance_profiles.values()
    known = {key for one in profiles if is_heard_of(one) for key in (one.name, one.arn)}
    if unknown := [value for value in profile.values() if value not in known]:
        raise ApiError("InvalidParameterValue", f"Value ({unknown[0]}) for parameter iamInstanceProfile is invalid.")


def template_data(state: Any, named: Mapping[str, Any] | None) -> Launch:
    """Content of the version of a launch template that is asked for; empty without one."""
    if not named:
        return {}
    by_id = named.get("LaunchTemplateId")
    name = named.get("LaunchTemplateName")
    template = state.get_launch_template(by_id) if by_id else state.get_launch_template_by_name(name)
    data: Launch = template.get_version(named.get("Version") or "$Default").data
    if isinstance(text := data.get("UserData"), str):  # of any version but the first moto keeps the plain parameter
        data["UserData"] = Base64EncodedString(text)
    return data


def merged(template: Launch, asked: Launch) -> Launch:
    """The template with what the call overrides; tags of the call win key by key."""
    found = {**template, **{key: value for key, value in asked.items() if value not in (None, [], {}, "")}}
    found["Tags"] = {
        kind: {**_tags(template, kind), **_tags(asked, kind)} for kind in ("instance", "volume", "network-interface")
    }
    return found


def _tags(launch: Launch, kind: str) -> dict[str, str]:
    specs = (spec for spec in launch.get("TagSpecifications") or [] if spec.get("ResourceType") == kind)
    return {tag["Key"]: tag.get("Value", "") for spec in specs for tag in spec.get("Tags") or []}


# --- checks -----------------------------------------------------------------------------------------------------------


def check(state: Any, launch: Launch, kind: str, zone: str | None, count: int) -> None:
    """Refuse what AWS refuses. Raises `ApiError`."""
    if kind not in INSTANCE_TYPES:
        raise ApiError("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
    offers = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(state.region_name, [])
    if zone and not any(o["InstanceType"] == kind and o["Location"] == zone for o in offers):
        where = f"your requested Availability Zone ({zone})"
        raise ApiError("Unsupported", f"Your requested instance type ({kind}) is not supported in {where}.")
    check_interfaces(launch.get("NetworkInterfaces") or [], kind)
    check_placement(state, (launch.get("Placement") or {}).get("GroupName"), zone, count)
    leave_blocks(state)
    check_reservation(state, launch, kind, zone, count)


def check_interfaces(nics: Sequence[Mapping[str, Any]], kind: str) -> None:
    """Interfaces, cards and EFA that the type has."""
    facts = INSTANCE_TYPES[kind]["NetworkInfo"]
    cards = {card["NetworkCardIndex"]: card["MaximumNetworkInterfaces"] for card in facts["NetworkCards"]}
    used = Counter(card_of(nic) for nic in nics)
    if foreign := sorted(set(used) - set(cards)):
        raise ApiError("InvalidParameterValue", f"Network card index {foreign[0]} is not valid for {kind}.")
    over = [card for card, count in used.items() if count > cards[card]]
    if over or len(nics) > facts["MaximumNetworkInterfaces"]:
        raise ApiError("AttachmentLimitExceeded", f"Interface count {len(nics)} exceeds the limit for {kind}.")
    places = Counter((card_of(nic), int(nic.get("DeviceIndex", 0))) for nic in nics)
    if twice := [place for place, count in places.items() if count > 1]:
        card, device = twice[0]
        message = f"Each network interface requires a unique device index (card {card}, device {device})."
        raise ApiError("InvalidParameterValue", message)
    efa = sum(is_efa(nic) for nic in nics)
    if efa > facts.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0):
        raise ApiError("InvalidParameterCombination", f"{efa} EFA interfaces are more than {kind} supports.")


def card_of(nic: Mapping[str, Any]) -> int:
    """Network card of an interface."""
    return int(nic.get("NetworkCardIndex") or 0)


def is_efa(nic: Mapping[str, Any]) -> bool:
    """Whether the interface is an Elastic Fabric Adapter, with or without IP."""
    return str(nic.get("InterfaceType")) in {"efa", "efa-only"}


def check_placement(state: Any, name: str | None, zone: str | None, count: int) -> None:
    """The group exists, lies in one zone (cluster) and has room (spread)."""
    if not name:
        return
    if name not in groups_of(state):
        raise ApiError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    zones = Counter(one.placement.zone for one in members_of(state, name))
    strategy = groups_of(state)[name].strategy
    if strategy == "cluster" and set(zones) - {zone}:
        raise ApiError("InvalidPlacementGroup.Unknown", f"The cluster placement group '{name}' lies in another zone.")
    if strategy == "spread" and zones[zone] + count > MOST_SPREAD_PER_ZONE:
        raise ApiError("InsufficientInstanceCapacity", f"Placement group '{name}' has no rack left in {zone}.", 500)


# --- launching --------------------------------------------------------------------------------------------------------

_plain_run = EC2Backend.run_instances


def run_instances(
    self: Any, image_id: str, count: int, user_data: Any, security_group_names: list[str], **kwargs: Any
) -> Any:
    """Moto's run_instances with the launch template expanded; all or none of `count` start."""
    asked = _asked[-1] if _asked else {}
    launch = merged(template_data(self, kwargs.get("launch_template")), asked)
    kwargs = {**kwargs, **_arguments(launch, kwargs)}
    subnet = kwargs.get("subnet_id") or next((n["SubnetId"] for n in kwargs["nics"] if n.get("SubnetId")), None)
    zone = self.get_subnet(subnet).availability_zone if subnet else kwargs.get("placement")
    check(self, launch, str(kwargs["instance_type"]), zone, count)
    check_launch(self, launch, str(kwargs["instance_type"]), count)
    image = image_id or launch.get("ImageId") or ""
    reservations: list[Reservation] = []
    try:
        for index in range(count):
            one = _plain_run(self, image, 1, user_data, list(security_group_names), **copy.deepcopy(_own(kwargs)))
            reservations.append(one)
            dress(self, one.instances[0], launch, index)
    except Exception:
        _undo(self, reservations)
        raise
    return _joined(self, reservations)


def _own(kwargs: Launch) -> Launch:
    """Arguments without moto's objects, which must not be copied."""
    return {key: value for key, value in kwargs.items() if key != "launch_config" or value is None}


def _arguments(launch: Launch, given: Launch) -> Launch:
    """Moto's arguments for what it would otherwise leave out."""
    subnet = given.get("subnet_id")
    nics = copy.deepcopy(given.get("nics") or launch.get("NetworkInterfaces") or [])
    for index, nic in enumerate(sorted(nics, key=lambda nic: (card_of(nic), int(nic.get("DeviceIndex") or 0)))):
        nic["DeviceIndex"] = index  # moto keeps one interface per device index, whatever the card
        nic.setdefault("SubnetId", subnet)
        nic.setdefault("DeleteOnTermination", True)
    tags = given.get("tags") or {}
    return {
        "nics": sorted(nics, key=lambda nic: nic["DeviceIndex"]),
        "metadata_options": given.get("metadata_options") or launch.get("MetadataOptions") or {},
        "instance_type": given["instance_type"] if not given.get("is_instance_type_default") else _type(launch, given),
        "is_instance_type_default": False,
        "ebs_optimized": bool(given.get("ebs_optimized") or launch.get("EbsOptimized")),
        "instance_market_options": given.get("instance_market_options") or _market(launch),
        "monitoring_state": _monitoring(launch, given),
        "tags": {**tags, "volume": {**launch["Tags"]["volume"], **tags.get("volume", {})}},
    }


def _type(launch: Launch, given: Launch) -> str:
    return str(launch.get("InstanceType") or given["instance_type"])


def _market(launch: Launch) -> str | None:
    kind = (launch.get("InstanceMarketOptions") or {}).get("MarketType")
    return kind if kind == "spot" else None


def _monitoring(launch: Launch, given: Launch) -> str:
    enabled = given.get("monitoring_state") == "enabled" or (launch.get("Monitoring") or {}).get("Enabled")
    return "enabled" if enabled else "disabled"


def dress(state: Any, instance: Any, launch: Launch, index: int) -> None:
    """What moto has no argument for: cards and kinds of interfaces, placement group, profile, reservation."""
    instance.ami_launch_index = index
    nics = sorted(
        launch.get("NetworkInterfaces") or [], key=lambda nic: (card_of(nic), int(nic.get("DeviceIndex") or 0))
    )
    for eni, nic in zip(instance.nics.values(), nics, strict=False):
        eni.network_card_index, eni.device_index = card_of(nic), int(nic.get("DeviceIndex") or 0)
        eni.interface_type = nic.get("InterfaceType") or "interface"
        eni.delete_on_termination = bool(nic.get("DeleteOnTermination", "NetworkInterfaceId" not in nic))
        if eni.interface_type == "efa-only":
            _without_ip(eni)
    for eni in instance.nics.values():
        eni.delete_on_termination = eni.delete_on_termination or not nics  # made by the launch itself
        eni.add_tags(launch["Tags"]["network-interface"])
    if not instance.security_groups and 0 in instance.nics:
        instance.security_groups = list(vars(instance.nics[0])["_group_set"])  # those of the first interface
    instance.placement.group_name = (launch.get("Placement") or {}).get("GroupName") or ""
    instance.capacity_reservation_specification = launch.get("CapacityReservationSpecification")
    instance.disable_api_termination = bool(launch.get("DisableApiTermination"))
    instance.rackwright_generation = 0
    instance.rackwright_market = (launch.get("InstanceMarketOptions") or {}).get("MarketType")
    _associate_profile(state, instance, launch.get("IamInstanceProfile") or {})


def _without_ip(eni: Any) -> None:
    """An EFA-only interface has no IP address, so it takes none of the subnet's."""
    eni.subnet.del_subnet_ip(eni.private_ip_address)
    eni.private_ip_address, eni.private_ip_addresses = None, []


def _associate_profile(state: Any, instance: Any, profile: Mapping[str, str]) -> None:
    if profile and not _asked_for(profile):
        state.associate_iam_instance_profile(
            instance_id=instance.id,
            iam_instance_profile_name=profile.get("Name"),
            iam_instance_profile_arn=profile.get("Arn"),
        )


def _asked_for(profile: Mapping[str, str]) -> bool:
    """Whether the API call itself names the profile; then moto associates it."""
    return bool(_asked) and (_asked[-1].get("IamInstanceProfile") or {}) == profile


def _undo(state: Any, reservations: Sequence[Any]) -> None:
    for reservation in reservations:
        for instance in reservation.instances:
            instance.terminate()
        state.reservations.pop(reservation.id, None)


def _joined(state: Any, reservations: Sequence[Any]) -> Any:
    first, *more = reservations
    for other in more:
        first.instances.extend(other.instances)
        state.reservations.pop(other.id, None)
    return first


class _Attachment(interfaces.Attachment):
    """Attachment on the interface's own card."""

    def __init__(self, eni: Any) -> None:
        super().__init__(eni)
        self.network_card_index = getattr(eni, "network_card_index", 0)


_plain_terminate = Instance.terminate


def _terminate(self: Any) -> Any:
    """Terminating what is terminated changes nothing. Source: AWS EC2 API Reference, "TerminateInstances"."""
    return copy.copy(vars(self)["_state"]) if self.state == "terminated" else _plain_terminate(self)


def count_generation(call: Call) -> Reply:
    """RebootInstances, StartInstances: the machine behind an instance must start again."""
    reply = call.forward()
    if reply.ok:
        for instance in call.state().get_multi_instances_by_id(call.params["InstanceIds"]):
            instance.rackwright_generation = getattr(instance, "rackwright_generation", 0) + 1
    return reply


def create_template(call: Call) -> Reply:
    """Tags of the template are not tags of what it starts; moto mixes them."""
    reply = call.forward()
    if reply.ok and "LaunchTemplateName" in call.params:
        data = call.state().get_launch_template_by_name(call.params["LaunchTemplateName"]).versions[0].data
        specs = data.get("TagSpecifications") or []
        data["TagSpecifications"] = [spec for spec in specs if spec.get("ResourceType") != "launch-template"]
    return reply


def modify_attribute(call: Call) -> Reply:
    """User data arrives as a blob, decoded already; moto would decode it again."""
    if (data := call.params.get("UserData")) is None:
        return call.forward()
    encoded = base64.b64encode(data.get("Value", b"")).decode()
    call.state().get_instance(call.params["InstanceId"]).user_data = Base64EncodedString(encoded)
    return call.answer(None)


def _ignore(_template: Any, _tags: Any) -> None:
    """Moto keeps the tags of the creation for ever; the live ones are shown instead."""


def install() -> None:
    """Put these rules into moto."""
    type.__setattr__(LaunchTemplate, "tags", property(LaunchTemplate.get_tags, _ignore))
    type.__setattr__(EC2Backend, "run_instances", run_instances)
    type.__setattr__(Instance, "terminate", _terminate)
    vars(interfaces)["Attachment"] = _Attachment


BEHAVIOURS: Behaviours = {
    ("ec2", "CreateLaunchTemplate"): create_template,
    ("ec2", "ModifyInstanceAttribute"): modify_attribute,
    ("ec2", "RunInstances"): run_instances_call,
    ("ec2", "RebootInstances"): count_generation,
    ("ec2", "StartInstances"): count_generation,
}
