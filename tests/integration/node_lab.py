"""A local cloud with an AWS account of its own, in which nodes configure themselves or are pushed to."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Any

import boto3

from rackwright.cloud import machine
from rackwright.cloud.baked import CLEAN, PREFIX, BakedImage, image_id, keep
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.ssh import known_hosts, ssh_command, ssh_key
from rackwright.configure import ConfigureResult, LocalServices, configure, site_inventory
from rackwright.configure.bundle import Bundle
from rackwright.configure.events import ConfigureEvent
from rackwright.design.boot import boot_script, source_for
from rackwright.design.model import Design
from rackwright.evidence.keys import SigningKey, new_key
from rackwright.inventory import Host, Inventory
from rackwright.lock import Lock, load_lock
from rackwright.pipeline.nodes.hosts import pack
from rackwright.pipeline.nodes.node_store import NodeStore
from tests.integration.test_machines import settings_in
from tests.unit.configure.sample import design

LOCK = load_lock(Path(__file__).parents[2] / "stacks/local.lock.yaml")
ROLES = ("base", "munge", "node_exporter")
"""Packages of the lock, a service with a secret, one that listens on its own address; what takes long is left out."""
MUNGE_KEY = "a key for the tests only, of at least 32 characters"
SECRET = "sample/node/munge_key"
FIREWALLED = ("users", "time", "journal", "tuning", "hardening", "ssh", "firewall")
"""Roles that write most of a host's settings, and bring few packages."""
PATIENCE_S = 240.0
DESIGN = design(nodes=2)


def wait_until(what: str, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience_s:g} s in vain: {what}"
        time.sleep(0.3)


@dataclass
class Lab:
    """The cloud, its account and the nodes that were launched."""

    cloud: LocalCloud
    endpoint: str
    folder: Path
    key: SigningKey = field(default_factory=new_key)
    hosts: list[Host] = field(default_factory=list)
    roles: tuple[str, ...] = ROLES
    _subnet: str = ""

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, "us-east-1", endpoint_url=self.endpoint, **keys)

    @property
    def block(self) -> IPv4Network:
        return IPv4Network(self.cloud.settings.network_cidr)

    @property
    def design(self) -> Design:
        """The design of the sample, in the network of this lab."""
        network = DESIGN.network.model_copy(update={"cidr": str(self.block)})
        return DESIGN.model_copy(update={"network": network})

    @property
    def store(self) -> NodeStore:
        return NodeStore("sample-nodes", "us-east-1", self.endpoint)

    @property
    def inventory(self) -> Inventory:
        return Inventory(cluster="sample", hosts=tuple(self.hosts))

    @property
    def services(self) -> LocalServices:
        settings = self.cloud.settings
        return LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)

    def prepare_account(self) -> None:
        """Network, role, bucket and secret: what the stack makes of them is tested elsewhere."""
        ec2, iam = self.client("ec2"), self.client("iam")
        vpc = ec2.create_vpc(CidrBlock=str(self.block))["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, AvailabilityZone="us-east-1a", CidrBlock=str(self.block))
        self._subnet = subnet["Subnet"]["SubnetId"]
        iam.create_role(RoleName="sample-node", AssumeRolePolicyDocument="{}")
        iam.create_instance_profile(InstanceProfileName="sample-node")
        iam.add_role_to_instance_profile(InstanceProfileName="sample-node", RoleName="sample-node")
        self.client("s3").create_bucket(Bucket="sample-nodes")
        self.client("secretsmanager").create_secret(Name=SECRET, SecretString=MUNGE_KEY)

    def launch(self, offset: int, *, pulls: bool, image: str = "ami-12345678") -> Host:
        """A node at `offset` of the block; it configures itself or waits to be pushed to."""
        address = str(self.block[offset])
        started = self.client("ec2").run_instances(
            ImageId=image,
            InstanceType="m7i.large",
            MinCount=1,
            MaxCount=1,
            SubnetId=self._subnet,
            PrivateIpAddress=address,
            UserData=self.user_data(pulls=pulls),
            IamInstanceProfile={"Name": "sample-node"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"train-{offset}"}]}],
        )["Instances"][0]
        host = Host(
            name=f"train-{offset}",
            address=ip_address(address),
            pool="train",
            roles=frozenset(self.roles),
            instance_id=started["InstanceId"],
        )
        self.hosts.append(host)
        return host

    def user_data(self, *, pulls: bool) -> str:
        facts = {"cluster": "sample", "pool": "train", "subnet": str(self.block)}
        pem = self.key.public.pem.decode()
        source = source_for(
            bucket="sample-nodes", region="us-east-1", public_key=pem, endpoint=self.endpoint, cidr=str(self.block)
        )
        return boot_script(facts, source if pulls else None)

    def pack(self, key: SigningKey | None = None, lock: Lock = LOCK) -> Bundle:
        return pack(self.inventory, self.design, lock, self.services, {"munge_key": SECRET}, key or self.key)

    def wait_for(self, *hosts: Host) -> None:
        self.cloud.wait_for_machines([str(host.instance_id) for host in hosts], 180, lambda line: None)

    def wait_for_ssh(self, host: Host) -> None:
        wait_until("ssh", lambda: machine.answers_ssh(str(host.address)))

    def ssh(self, host: Host) -> list[str]:
        return ssh_command(self.cloud.settings, str(host.address), ssh_key(self.cloud.settings.root))

    def on(self, host: Host, command: str) -> subprocess.CompletedProcess[str]:
        line = [*self.ssh(host), f"sudo sh -c {json.dumps(command)}"]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)

    def push(
        self,
        hosts: Sequence[Host],
        on_event: Callable[[ConfigureEvent], None] = lambda event: None,
        lock: Lock = LOCK,
    ) -> ConfigureResult:
        return configure(
            site_inventory(self.inventory, self.design, lock, self.services),
            private_dir=self.folder / "ansible",
            ssh_key=ssh_key(self.cloud.settings.root),
            known_hosts=known_hosts(self.cloud.settings),
            secrets={"munge_key": MUNGE_KEY},
            on_event=on_event,
            limit=",".join(host.name for host in hosts),
        )

    @contextmanager
    def baked_from(self, host: Host) -> Iterator[tuple[str, Path]]:
        """Id of the machine image that `host` becomes, and its layer; the host is off afterwards, the image gone."""
        settings = self.cloud.settings
        name = f"{PREFIX}test-{settings.key}"
        done = subprocess.run([*self.ssh(host), "sudo sh -s"], input=CLEAN, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        self.client("ec2").stop_instances(InstanceIds=[host.instance_id])
        wait_until("the stop", lambda: str(host.instance_id) not in machine.running(settings))
        base = (self.upper(host).parent / "base").readlink().name
        kept = keep(settings.cache, BakedImage(name, "sample", "train", base, "0"), self.upper(host))
        try:
            yield image_id(name), kept / "layer"
        finally:
            shutil.rmtree(kept)

    def upper(self, host: Host) -> Path:
        """Everything on the machine that is not of its image."""
        return machine.machine_folder(self.cloud.settings, str(host.instance_id)) / "up"


@contextmanager
def lab_in(folder: Path, cap: int = 4) -> Iterator[Lab]:
    """A lab in `folder`, gone afterwards; skips the test where no machine can run."""
    cloud = LocalCloud(replace(settings_in(folder), aws_port=0, machine_cap=cap))
    try:
        lab = Lab(cloud, cloud.up(lambda line: None).endpoint, folder)
        lab.prepare_account()
        yield lab
    finally:
        cloud.down(on_progress=lambda line: None)
