"""User data of a node: who it is, and (under pull) where its cluster's signed bundle is. Pure.

The text is the same for every node of a pool and changes neither with the lock nor with the roles: the node trusts a
public key, not a digest, so that a new bundle needs no new launch template. Without secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from ipaddress import IPv4Network
from urllib.parse import urlsplit

from rackwright.diagnostics import InputError

MOST_BYTES = 16_384
"""Longest user data, before base64. Source: EC2 User Guide, "Run commands when you launch an EC2 instance"."""

METADATA_PORT = 1338
"""Where the local cloud serves instance metadata on its bridge; AWS's own metadata mock uses this port too."""

CURRENT = "bundles/current"
"""Object that holds the bundle in force."""

REPORTS = "reports/"
"""Prefix of the objects in which nodes say how far they are, one for each instance id."""


@dataclass(frozen=True, slots=True)
class BundleSource:
    """Where nodes find the bundle and by which key they know it."""

    bucket: str
    region: str
    public_key: str
    """Ed25519, PEM."""
    endpoint: str | None = None
    """URL of the AWS API as nodes see it; None means AWS."""
    metadata: str | None = None
    """URL of the instance metadata; None means the link-local address of EC2."""
    digest: str | None = None
    """SHA-256 of the one bundle that nodes may take; None takes any that the key signed."""


def source_for(
    *, bucket: str, region: str, public_key: str, endpoint: str | None = None, cidr: str | None = None
) -> BundleSource:
    """The source; with the `endpoint` of the local cloud, as seen from its machines on the bridge of `cidr`."""
    if endpoint is None or cidr is None:
        return BundleSource(bucket, region, public_key)
    gateway = IPv4Network(cidr)[1]
    return BundleSource(
        bucket,
        region,
        public_key,
        endpoint=f"http://{gateway}:{urlsplit(endpoint).port}",
        metadata=f"http://{gateway}:{METADATA_PORT}",
    )


def boot_script(facts: Mapping[str, object], source: BundleSource | None) -> str:
    """The first-boot script of a node with `facts` (cluster, pool, roles); None for a node that is pushed to.

    Raises `InputError` when it is longer than EC2 takes.
    """
    names = ("bucket", "region", "public_key", "endpoint", "metadata", "digest")
    wanted = {name: getattr(source, name) for name in names} if source else {}
    node = {**facts, **{name: value for name, value in wanted.items() if value}}
    parts = [_HEAD, _file("/etc/rackwright/node.json", json.dumps(node, sort_keys=True))]
    if source is not None:
        program, unit = (files("rackwright.node") / name for name in ("fetch.py", "pull.service"))
        parts += [
            "install -d -m 0755 /usr/local/lib/rackwright\n",
            _file("/usr/local/lib/rackwright/fetch.py", program.read_text()),
            _file("/etc/systemd/system/rackwright-pull.service", unit.read_text()),
            "systemctl daemon-reload\nsystemctl enable --now --no-block rackwright-pull.service\n",
        ]
    text = "".join(parts)
    if len(text.encode()) > MOST_BYTES:
        raise InputError(f"user data has {len(text.encode())} bytes, EC2 takes at most {MOST_BYTES}")
    return text


_HEAD = """#!/bin/sh
# Written once at first boot; configuration finds the node's pool in node.json.
set -eu
install -d -m 0755 /etc/rackwright
"""


def _file(path: str, text: str) -> str:
    return f"cat > {path} <<'END_OF_FILE'\n{text.rstrip()}\nEND_OF_FILE\n"
