"""The Kubernetes side of a cluster: control plane, nodes, add-ons and people. What runs inside is not declared here."""

from __future__ import annotations

import pulumi

from infra.aws.compute.members import Members, find_members
from infra.aws.context import Context, Keys
from infra.aws.kubernetes.eks_access import People
from infra.aws.kubernetes.eks_addons import Addons
from infra.aws.kubernetes.eks_cluster import ControlPlane
from infra.aws.kubernetes.eks_nodes import ManagedNodes, NodeRole
from infra.aws.network.network_side import NetworkSide
from rackwright.design.kubernetes_model import Kubernetes


class KubernetesSide(pulumi.ComponentResource):
    """Everything of EKS, where the design has it."""

    members: dict[str, Members]
    """Nodes of each pool that Kubernetes has."""
    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(self, context: Context, keys: Keys, network: NetworkSide) -> None:
        super().__init__("rackwright:aws:KubernetesSide", f"{context.prefix}-kubernetes", None, context.child)
        self._context, self._keys, self._network = context.within(self), keys, network
        self.members, self.outputs = {}, {}
        if context.design.kubernetes is not None:
            self._declare(context.design.kubernetes)
        self.register_outputs(self.outputs)

    def _declare(self, wanted: Kubernetes) -> None:
        context, network = self._context, self._network
        subnets = [network.subnet_ids[name] for name in wanted.subnets]
        plane = ControlPlane(context, self._keys, wanted, vpc_id=network.vpc_id, subnet_ids=subnets)
        nodes = self._declare_nodes(wanted, plane)
        Addons(context, wanted, plane=plane, nodes=list(nodes.values()))
        people = People(context, wanted, plane=plane)
        self.members = {
            pool: find_members(pool, context.prefix, group, context.provider) for pool, group in nodes.items()
        }
        self.outputs = {
            "kubernetes": {
                "name": plane.name,
                "endpoint": plane.cluster.endpoint,
                "version": plane.cluster.version,
                "certificate_authority": plane.cluster.certificate_authority.apply(lambda found: found.data),
                "roles": people.role_arns,
            }
        }

    def _declare_nodes(self, wanted: Kubernetes, plane: ControlPlane) -> dict[str, pulumi.Resource]:
        context, network = self._context, self._network
        role = NodeRole(context)
        groups: dict[str, pulumi.Input[str]] = {"nodes": network.node_group_id, "fabric": network.fabric_group_id}
        return {
            name: ManagedNodes(
                context,
                self._keys,
                wanted,
                context.design.pool(name),
                plane=plane,
                role_arn=role.arn,
                subnet_id=network.subnet_ids[context.design.pool(name).subnet],
                groups=groups,
            )
            for name in wanted.pools
        }
