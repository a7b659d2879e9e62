"""Elastic Slurm under a real slurmctld: a node that does not exist is started for a job, refused, tried again, stopped.

Real are slurmctld and slurmd of the distribution, the programs that slurmctld calls, the local AWS that they ask, the
machine behind the instance and its pull. Stand-ins are the machine, a guest of this host, and time: Slurm waits seconds
where a cluster waits minutes (`HURRIED`), and the ends of the back-off and of a requeued job's wait come by hand.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from rackwright.catalog import load_catalog
from rackwright.cloud import machine, network
from rackwright.cloud.local import LocalCloud
from rackwright.configure import slurm
from rackwright.configure.pull import Collector
from rackwright.design import design_cluster
from rackwright.design.boot import boot_script, source_for
from rackwright.design.hosts import elastic_hosts, host_at
from rackwright.design.model import Design, Pool
from rackwright.evidence.keys import SigningKey, new_key
from rackwright.inventory import Host, Inventory
from rackwright.pipeline.faults import FaultDesk
from rackwright.pipeline.nodes.hosts import pack
from rackwright.pipeline.nodes.node_store import NodeStore
from rackwright.pipeline.nodes.started_nodes import read_started
from rackwright.spec.cluster import ClusterSpec
from tests.integration.node_lab import LOCK, MUNGE_KEY, Lab, wait_until
from tests.integration.test_machines import settings_in

pytestmark = [
    pytest.mark.machines,
    pytest.mark.cloud,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

ROLES = {
    "head": ("base", "munge", "slurm_controller", "slurm_power"),
    "burst": ("base", "munge", "slurm_node"),
}
"""What Slurm needs; what hardens a node takes long and is tried elsewhere."""
HURRIED = {"suspend_time": "3", "resume_timeout_s": 240, "suspend_timeout_s": 3, "rate_per_minute": 300}
BUCKET, SECRET = "elastic-nodes", "elastic/node/munge_key"
MEMORY = "/var/lib/rackwright/slurm-power/burst.json"


def free_block() -> str:
    routes = network.host_routes()
    blocks = (IPv4Network(f"10.{number}.0.0/16") for number in range(80, 94))
    return str(next(block for block in blocks if network.collision(block, "", routes) is None))


def design(cidr: str) -> Design:
    """A head, and a pool without any node until a job waits."""
    spec = {
        "name": "elastic",
        "target": {"kind": "local", "region": "us-east-1", "zone_ids": ["use1-az6"]},
        "data": {"classification": "internal"},
        "network": {"cidr": cidr},
        "pools": {
            "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 1},
            "burst": {"role": "cpu", "machine": "m7i.2xlarge", "nodes": {"min": 0, "max": 2}},
        },
        "scheduler": {"kind": "slurm", "suspend_idle": "10 min"},
    }
    whole = design_cluster(ClusterSpec.model_validate(spec), load_catalog())
    pools = tuple(pool.model_copy(update={"ansible_roles": ROLES[pool.name]}) for pool in whole.pools)
    return whole.model_copy(update={"pools": pools})


@dataclass
class Site:
    """The cluster: its account, its head, and what people do there."""

    lab: Lab
    design: Design
    key: SigningKey
    head: Host

    @property
    def first(self) -> Host:
        """The node that Slurm starts first."""
        return elastic_hosts(self.design)[0]

    def said(self, command: str) -> str:
        done = self.lab.on(self.head, command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def node(self) -> str:
        """State and reason of the first node, as a person reads them."""
        return self.said(f"scontrol show node {self.first.name} | grep -E 'State=|Reason='")

    def job(self, number: str) -> str:
        return self.said(f"scontrol show job {number}")

    def submit(self) -> str:
        """A job that says where it runs and ends when it may."""
        return self.said("cd /tmp; sbatch --parsable --wrap 'hostname > ran; until test -e go; do sleep 0.2; done'")

    def instances(self) -> list[str]:
        return [host.name for host in read_started(self.design, self.lab.endpoint)]

    def is_off(self) -> bool:
        return self.said(f"sinfo -h -N -n {self.first.name} -o %T") == "idle~" and not self.instances()


def prepare_account(lab: Lab, wanted: Design) -> str:
    """What the stack makes of the design, as far as nodes ask for it; the subnet's id."""
    ec2, iam = lab.client("ec2"), lab.client("iam")
    subnet = wanted.network.subnet(wanted.pool("burst").subnet)
    vpc = ec2.create_vpc(CidrBlock=wanted.network.cidr)["Vpc"]["VpcId"]
    tags = {"Name": f"elastic-{subnet.name}", "rackwright:stack": "elastic"}
    made = ec2.create_subnet(
        VpcId=vpc,
        AvailabilityZone="us-east-1a",
        CidrBlock=subnet.cidr,
        TagSpecifications=[{"ResourceType": "subnet", "Tags": tagged(tags)}],
    )["Subnet"]["SubnetId"]
    iam.create_role(RoleName="elastic-node", AssumeRolePolicyDocument="{}")
    iam.create_instance_profile(InstanceProfileName="elastic-node")
    iam.add_role_to_instance_profile(InstanceProfileName="elastic-node", RoleName="elastic-node")
    lab.client("s3").create_bucket(Bucket=BUCKET)
    lab.client("secretsmanager").create_secret(Name=SECRET, SecretString=MUNGE_KEY)
    return str(made)


def tagged(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def launch(lab: Lab, wanted: Design, pool: Pool, key: SigningKey) -> dict[str, Any]:
    """How an instance of `pool` starts: user data of a node that pulls, profile and tags."""
    source = source_for(
        bucket=BUCKET,
        region="us-east-1",
        public_key=key.public.pem.decode(),
        endpoint=lab.endpoint,
        cidr=wanted.network.cidr,
    )
    facts = {"cluster": "elastic", "pool": pool.name, "subnet": wanted.network.subnet(pool.subnet).cidr}
    return {
        "ImageId": "ami-12345678",
        "InstanceType": pool.machine,
        "UserData": boot_script(facts, source),
        "IamInstanceProfile": {"Name": "elastic-node"},
    }


def start_head(lab: Lab, wanted: Design, key: SigningKey) -> Host:
    """Account, launch template, bundle and the head, which configures itself."""
    subnet, pool, burst = prepare_account(lab, wanted), wanted.pool("head"), wanted.pool("burst")
    data = launch(lab, wanted, burst, key)
    tags = tagged({"rackwright:stack": "elastic", "rackwright:pool": "burst"})
    data |= {"UserData": b64encode(data["UserData"].encode()).decode()}
    data |= {"TagSpecifications": [{"ResourceType": "instance", "Tags": tags}]}
    lab.client("ec2").create_launch_template(LaunchTemplateName="elastic-burst", LaunchTemplateData=data)
    head = host_at(pool, wanted.network.subnet(pool.subnet).cidr, pool.addresses[0])
    bundle = pack(Inventory(cluster="elastic", hosts=(head,)), wanted, LOCK, lab.services, {"munge_key": SECRET}, key)
    store = NodeStore(BUCKET, "us-east-1", lab.endpoint)
    store.publish(bundle.digest, bundle.data)
    asked = launch(lab, wanted, pool, key) | {"SubnetId": subnet, "PrivateIpAddress": str(head.address)}
    started = lab.client("ec2").run_instances(MinCount=1, MaxCount=1, **asked)
    instance = started["Instances"][0]["InstanceId"]
    collector = Collector(store, bundle.digest, {instance: head.name})
    wait_until("the head", lambda: bool(collector.look()) and not collector.waiting)
    collector.result(lab.folder / "pull.log").raise_if_failed()
    return head.model_copy(update={"instance_id": instance})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("elastic")
    settings = replace(settings_in(folder), aws_port=0, machine_cap=3, network_cidr=free_block())
    wanted, key, cloud = design(settings.network_cidr), new_key(), LocalCloud(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slurm, "saving", lambda _: HURRIED)
        try:
            lab = Lab(cloud, cloud.up(lambda line: None).endpoint, folder)
            yield Site(lab, wanted, key, start_head(lab, wanted, key))
        finally:
            cloud.down(on_progress=lambda line: None)


def runs(site: Site, job: str) -> None:
    """The job comes to its end on a machine that was not there before, which then goes."""
    wait_until("the job", lambda: "JobState=RUNNING" in site.job(job))
    [found] = read_started(site.design, site.lab.endpoint)
    assert (found.name, found.address) == (site.first.name, site.first.address)
    wait_until("its word", lambda: site.lab.on(found, "cat /tmp/ran && touch /tmp/go").stdout.strip() == found.name)
    wait_until("the job's end", lambda: "JobState=COMPLETED" in site.job(job))
    wait_until("its end", site.is_off)
    wait_until("the machine's end", lambda: found.instance_id not in machine.folders(site.lab.cloud.settings))


def refused(site: Site, job: str) -> None:
    """EC2 has no room: said in its own words by Slurm, nothing started, the job waits in the queue."""
    wait_until("the reason", lambda: "(Code:InsufficientInstanceCapacity)" in site.node())
    assert "State=DOWN" in site.node()
    assert "(Code:InsufficientIn" in site.said("sinfo -R")
    wait_until("the queue", lambda: "JobState=PENDING" in site.job(job))
    assert "(Code:InsufficientInstanceCapacity)" in site.said("journalctl --identifier=slurm-power")
    assert site.instances() == []
    memory = json.loads(site.said(f"cat {MEMORY}"))
    assert (memory["failures"], memory["code"]) == (1, "InsufficientInstanceCapacity")
    assert 10 < memory["not_before"] - time.time() <= 60, "the first wait is from half a minute to a minute"
    site.said("systemctl start rackwright-slurm-retry")
    assert "State=DOWN" in site.node(), "it is not tried again before its time"


def tried_again(site: Site, job: str) -> None:
    """Time passes, by hand: the node is freed, and the job need not wait two minutes for its next try."""
    site.said(f'sed -i \'s/"not_before": [0-9.]*/"not_before": 0/\' {MEMORY}; systemctl start rackwright-slurm-retry')
    wait_until("the node's freedom", site.is_off)
    assert "Code:" not in site.node()
    site.said(f"scontrol update jobid={job} starttime=now")


def begins_anew(site: Site) -> None:
    """A second job gets a machine of its own again; that it configures itself too is a matter of time only."""
    site.submit()
    wait_until("another instance", lambda: site.instances() == [site.first.name])
    [found] = read_started(site.design, site.lab.endpoint)
    wait_until("its machine", lambda: machine.answers_ssh(str(found.address)))
    assert "POWERING_UP" in site.node()


def test_a_job_gets_a_node_that_did_not_exist_in_spite_of_no_capacity_and_a_second_job_another(site: Site) -> None:
    assert site.is_off()
    FaultDesk(site.lab.cloud.settings.root).add(error="capacity", service="ec2", action="RunInstances", count=1)
    job = site.submit()
    refused(site, job)
    tried_again(site, job)
    runs(site, job)
    begins_anew(site)


def test_a_machine_that_got_its_name_later_finds_itself_by_it(site: Site) -> None:
    assert site.said("hostname") == site.head.name, "its instance has no name, so it was called after its address"
    assert site.said(f"getent hosts {site.head.name}").split()[0] == str(site.head.address)
    assert "unable to resolve" not in site.lab.on(site.head, "true").stderr
