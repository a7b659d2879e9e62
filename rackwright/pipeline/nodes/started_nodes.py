"""Nodes that Slurm started, read from the account by their tag when they are needed: nobody keeps a list of them.

`found_in` decides from EC2's answer which hosts they are and is pure; `read_started` asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rackwright.configure.slurm_power import elastic_pools
from rackwright.design.hosts import host_at, is_elastic
from rackwright.design.model import Design
from rackwright.diagnostics import InputError, StepFailed
from rackwright.elastic.launching import NODE_TAG
from rackwright.inventory import Host
from rackwright.pipeline.aws_client import LOCAL_REGION, aws_client

STACK_TAG, POOL_TAG = "rackwright:stack", "rackwright:pool"
RUNNING = ("pending", "running")


def refuse_push(design: Design) -> None:
    """`InputError` for a stack that is to be pushed to and has nodes that start when nobody is there to push."""
    if pools := elastic_pools(design):
        names = ", ".join(pool.name for pool in pools)
        raise InputError(
            f"Slurm starts nodes of {names} whenever a job waits, and nobody is there then to push to them",
            where="--configure push",
            hint="leave --configure away: the nodes of this stack configure themselves",
        )


def read_started(design: Design, endpoint: str | None) -> tuple[Host, ...]:
    """Nodes of elastic pools that run now; without asking anybody where the design has no such pool.

    `endpoint` is the local AWS API's; None means AWS, with the credentials of the environment. Raises `StepFailed`
    where the account does not answer: a node that nobody knows of must not be taken for one that is not there.
    """
    if not elastic_pools(design):
        return ()
    filters = {f"tag:{STACK_TAG}": [design.name], "tag-key": [NODE_TAG], "instance-state-name": list(RUNNING)}
    asked = [{"Name": name, "Values": values} for name, values in filters.items()]
    with _told("ask which nodes Slurm runs", "ec2:DescribeInstances"):
        pages = list(_ec2(design, endpoint).get_paginator("describe_instances").paginate(Filters=asked))
    return found_in(design, (one for page in pages for held in page["Reservations"] for one in held["Instances"]))


def stop_started(design: Design, endpoint: str | None) -> int:
    """Terminate every node that Slurm started and wait until they are gone; how many. Raises `StepFailed`.

    What a stack is made of does not include them, and a subnet with an instance in it is not deleted.
    """
    instances = [host.instance_id for host in read_started(design, endpoint) if host.instance_id]
    if instances:
        with _told("stop the nodes that Slurm runs", "ec2:TerminateInstances"):
            client = _ec2(design, endpoint)
            client.terminate_instances(InstanceIds=instances)
            client.get_waiter("instance_terminated").wait(InstanceIds=instances)
    return len(instances)


@contextmanager
def _told(what: str, permission: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as problem:
        hint = f"give credentials of the account that may {permission}, then run the same command again"
        raise StepFailed(f"could not {what}: {problem}", hint=hint) from problem


def _ec2(design: Design, endpoint: str | None) -> Any:
    return aws_client("ec2", design.region or LOCAL_REGION, endpoint)


def found_in(design: Design, instances: Iterable[Mapping[str, Any]]) -> tuple[Host, ...]:
    """The hosts behind EC2's `instances`, by name; what is at no address of an elastic pool is none of them. Pure."""
    pools = {pool.name: pool for pool in elastic_pools(design)}
    found = {}
    for one in instances:
        tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())}
        pool, address = pools.get(tags.get(POOL_TAG, "")), one.get("PrivateIpAddress")
        if pool is not None and address and is_elastic(pool, address):
            host = host_at(pool, design.network.subnet(pool.subnet).cidr, address, one["InstanceId"])
            found[host.name] = host
    return tuple(found[name] for name in sorted(found))
