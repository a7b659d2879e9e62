"""How instances of a pool start: pure arguments, shared by launch templates and single instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from rackwright.design.boot import BundleSource, boot_script
from rackwright.design.images import image_query
from rackwright.design.model import Capacity, Design, Nic, Pool

ROOT_DEVICE = "/dev/xvda"
"""Root device of Amazon's images, which EKS takes."""

IO2_IOPS = 10_000
"""Our choice for io2 root volumes; 500 for each GiB at most.
Source: Amazon EBS User Guide, "Provisioned IOPS SSD volumes", 2026-11."""


def image_id(design: Design, pool: Pool, provider: pulumi.ProviderResource) -> pulumi.Output[str]:
    """The pool's own image, or the newest of its operating system from the one owner that may publish it."""
    if pool.ami is not None:
        return pulumi.Output.from_input(pool.ami)
    query = image_query(design, pool)
    return aws.ec2.get_ami_output(
        owners=[query.owner],
        most_recent=True,
        filters=[aws.ec2.GetAmiFilterArgs(name="name", values=[query.name])],
        opts=pulumi.InvokeOutputOptions(provider=provider),
    ).id


def node_tags(pool: Pool, tags: Mapping[str, str]) -> dict[str, str]:
    """Tags of an instance; the local cloud makes its GPU device stand-ins by ``rackwright:gpus``."""
    return {
        **tags,
        **pool.tags,
        "rackwright:pool": pool.name,
        "rackwright:role": pool.role,
        "rackwright:gpus": str(pool.gpus),
        "PatchGroup": tags["rackwright:stack"],
    }


def user_data(design: Design, pool: Pool, bundle: BundleSource | None) -> str:
    """First-boot script: tells the node who it is. The same for every node of a pool, and without secrets."""
    subnet = design.network.subnet(pool.subnet).cidr
    facts = {"cluster": design.name, "pool": pool.name, "roles": sorted(pool.ansible_roles), "subnet": subnet}
    return boot_script(facts, bundle)


def interface(
    nic: Nic, groups: Mapping[str, pulumi.Input[str]], also: Sequence[pulumi.Input[str]] = ()
) -> aws.ec2.LaunchTemplateNetworkInterfaceArgs:
    """One network interface of a launch template: fabric ports get the fabric group, IP ports the nodes' group too.

    IP ports are also in the groups `also`.
    """
    more = () if nic.interface_type == "efa-only" else also
    names = {"interface": ("nodes",), "efa": ("nodes", "fabric"), "efa-only": ("fabric",)}[nic.interface_type]
    return aws.ec2.LaunchTemplateNetworkInterfaceArgs(
        network_card_index=nic.card_index,
        device_index=nic.device_index,
        interface_type=nic.interface_type,
        security_groups=[*(groups[name] for name in names), *more],
        delete_on_termination="true",
        description=f"card {nic.card_index} device {nic.device_index}",
    )


def root_volume(
    pool: Pool, key_arn: pulumi.Input[str], device: str = ROOT_DEVICE
) -> aws.ec2.LaunchTemplateBlockDeviceMappingArgs:
    """Root volume of a launch template, under the pool's own key or that of the data; its image names `device`."""
    return aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
        device_name=device,
        ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            encrypted=str(pool.encrypted).lower(),
            kms_key_id=pool.volume_key or key_arn,
            volume_size=pool.root_volume_gib,
            volume_type=pool.root_volume_type,
            iops=volume_iops(pool),
            delete_on_termination="true",
        ),
    )


def metadata(pool: Pool) -> aws.ec2.LaunchTemplateMetadataOptionsArgs:
    """Instance metadata by session token alone (IMDSv2)."""
    return aws.ec2.LaunchTemplateMetadataOptionsArgs(
        http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=pool.imds_hops
    )


def tag_specifications(tags: Mapping[str, str]) -> list[aws.ec2.LaunchTemplateTagSpecificationArgs]:
    """The same tags on everything that a launch makes."""
    return [
        aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
        for kind in ("instance", "volume", "network-interface")
    ]


def volume_iops(pool: Pool) -> int | None:
    """Operations a second of an io2 root volume, which has no default; None for gp3."""
    return IO2_IOPS if pool.root_volume_type == "io2" else None


def cpu_options(pool: Pool) -> aws.ec2.LaunchTemplateCpuOptionsArgs | None:
    """One thread on each core where the pool wants that. AWS takes cores and threads only together."""
    if pool.one_thread_cores is None:
        return None
    return aws.ec2.LaunchTemplateCpuOptionsArgs(core_count=pool.one_thread_cores, threads_per_core=1)


def market(capacity: Capacity) -> aws.ec2.LaunchTemplateInstanceMarketOptionsArgs | None:
    """Market type that the launch must name; a capacity block needs it beside the reservation id.

    A highest price is part of the spot market; without one AWS takes the on-demand price.
    """
    market_type = {"spot": "spot", "block": "capacity-block"}.get(capacity.kind)
    if market_type is None:
        return None
    price = capacity.max_usd_per_hour
    spot = aws.ec2.LaunchTemplateInstanceMarketOptionsSpotOptionsArgs(max_price=f"{price:.4f}") if price else None
    return aws.ec2.LaunchTemplateInstanceMarketOptionsArgs(market_type=market_type, spot_options=spot)


def reservation(capacity: Capacity) -> aws.ec2.LaunchTemplateCapacityReservationSpecificationArgs | None:
    """Reservation, group of reservations or block that the launch draws from; None launches outside any.

    A launch into a group that is full would run at the on-demand price unless it is told to stay inside.
    Source: Amazon EC2 API Reference, "CapacityReservationSpecificationRequest" (capacity-reservations-only), 2026-11.
    """
    target = aws.ec2.LaunchTemplateCapacityReservationSpecificationCapacityReservationTargetArgs
    if capacity.reservation_group is not None:
        return aws.ec2.LaunchTemplateCapacityReservationSpecificationArgs(
            capacity_reservation_preference="capacity-reservations-only",
            capacity_reservation_target=target(capacity_reservation_resource_group_arn=capacity.reservation_group),
        )
    if capacity.reservation_id is None:
        return None
    return aws.ec2.LaunchTemplateCapacityReservationSpecificationArgs(
        capacity_reservation_target=target(capacity_reservation_id=capacity.reservation_id)
    )
