"""What a node of EKS is told at its first boot: a NodeConfig, where there is anything to tell.

Source: Amazon EKS User Guide, "Customize managed nodes with launch templates" (user data, AL2023); the NodeConfig's
reference, https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/, read 2026-11-21.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from rackwright.design.kubernetes_model import NodeGroup

BOUNDARY = "//"


def node_config(group: NodeGroup, cluster: Mapping[str, str] | None = None) -> str:
    """User data of the nodes; empty where EKS says all that is needed.

    `cluster` (``name``, ``apiServerEndpoint``, ``certificateAuthority``, ``cidr``) is what a pool with an image of its
    own must be told, because EKS adds nothing to such a pool's user data.
    """
    spec: dict[str, object] = {}
    if cluster:
        spec["cluster"] = dict(sorted(cluster.items()))
    if group.local_storage:
        spec["instance"] = {"localStorage": {"strategy": "RAID0"}}
    if group.max_pods:
        spec["kubelet"] = {"config": {"maxPods": group.max_pods}}
    if not spec:
        return ""
    document = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}
    return "\n".join(
        (
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"',
            "",
            f"--{BOUNDARY}",
            "Content-Type: application/node.eks.aws",
            "",
            json.dumps(document, indent=2),  # YAML takes JSON
            "",
            f"--{BOUNDARY}--",
            "",
        )
    )
