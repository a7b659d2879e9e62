"""A Packer template that bakes a pool's machine image on AWS with the same roles. Pure.

JSON is one of Packer's two forms of a template. The build machine is reached by Session Manager, has no public address
and an encrypted root; what is its own is removed before the snapshot.
Sources: Packer documentation, "JSON Template Syntax"; plug-ins "amazon-ebs" (Session Manager Connections) and "ansible"
(``inventory_directory``, ``groups``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLUGINS = {
    "amazon": {"version": ">= 1.3.0", "source": "github.com/hashicorp/amazon"},
    "ansible": {"version": ">= 1.1.0", "source": "github.com/hashicorp/ansible"},
}

HOST = "bake"
"""What Ansible calls the build machine."""
SESSION_ACTIONS = (
    "ssm:UpdateInstanceInformation",
    *(f"ssmmessages:{verb}{channel}Channel" for verb in ("Create", "Open") for channel in ("Control", "Data")),
)
"""What Session Manager's agent must be allowed. Source: Systems Manager User Guide, "Create a custom IAM role"."""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """What is to be baked."""

    name: str
    """Name of the image, which changes with the lock."""
    region: str
    machine: str
    """Instance type of the build machine: the pool's own, so that drivers meet their hardware."""
    owner: str
    """Account that publishes the image to start from."""
    source: str
    """Name of that image, with ``*``."""
    user: str
    root_device: str
    root_gib: int
    subnet_id: str | None = None
    """Where the build machine lives; None lets Packer ask for it as variable ``subnet_id``."""
    kms_key: str | None = None
    session_manager: bool = True
    """Whether the image that it starts from answers Session Manager; else one reaches the machine in its subnet."""
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What Ansible is run with."""

    playbook: str
    """Path beside the template."""
    variables: str
    """Folder beside the template with ``group_vars`` and ``host_vars``; Packer puts its own list of hosts there."""
    groups: tuple[str, ...]
    """Groups of the build machine."""


def packer_template(request: ImageRequest, site: Site, cleaning: str) -> str:
    """The template; `cleaning` is the script before the snapshot."""
    template = {
        "packer": {"required_plugins": PLUGINS},
        "variable": {"subnet_id": {"type": "string", "default": request.subnet_id or ""}},
        "source": {"amazon-ebs": {"node": _source(request)}},
        "build": {
            "sources": ["source.amazon-ebs.node"],
            "provisioner": [
                {"ansible": _ansible(site, request.user)},
                {"shell": {"execute_command": "sudo sh '{{ .Path }}'", "inline": cleaning.strip().splitlines()}},
            ],
        },
    }
    return json.dumps(template, indent=2, sort_keys=True) + "\n"


def _source(request: ImageRequest) -> dict[str, Any]:
    filters = {"name": request.source, "root-device-type": "ebs", "virtualization-type": "hvm"}
    volume = {
        "device_name": request.root_device,
        "encrypted": True,
        "volume_size": request.root_gib,
        "volume_type": "gp3",
        "delete_on_termination": True,
        **({"kms_key_id": request.kms_key} if request.kms_key else {}),
    }
    return {
        "ami_name": request.name,
        "region": request.region,
        "instance_type": request.machine,
        "source_ami_filter": {"filters": filters, "owners": [request.owner], "most_recent": True},
        "subnet_id": "${var.subnet_id}",
        "associate_public_ip_address": False,
        "ssh_username": request.user,
        **_way_in(request),
        "imds_support": "v2.0",
        "metadata_options": {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        "launch_block_device_mappings": [volume],
        "encrypt_boot": True,
        "tags": dict(sorted((request.tags or {}).items())),
    }


def _way_in(request: ImageRequest) -> dict[str, Any]:
    """Session Manager needs a role for the build machine, which Packer makes for the time of the build."""
    if not request.session_manager:
        return {"ssh_interface": "private_ip"}
    statement = {"Effect": "Allow", "Action": list(SESSION_ACTIONS), "Resource": ["*"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"ssh_interface": "session_manager", "temporary_iam_instance_profile_policy_document": policy}


def _ansible(site: Site, user: str) -> dict[str, Any]:
    """With a list of hosts of ours Packer would not say where the machine is; so it writes one, beside our values."""
    return {
        "playbook_file": site.playbook,
        "user": user,
        "use_proxy": False,
        "inventory_directory": site.variables,
        "host_alias": HOST,
        "groups": list(site.groups),
        "ansible_env_vars": ["ANSIBLE_CONFIG=playbooks/ansible.cfg", "ANSIBLE_NOCOLOR=1"],
    }
