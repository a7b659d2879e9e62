"""The design: the complete intended cluster, a pure value (spec x catalog x lock). All that follows carries it out.

Pools are described by ranges, never node by node, so that a design of 16,384 nodes costs as much as one of 16.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from rackwright.design.governance import Governance
from rackwright.design.host_model import FabricSubnet, HostSettings
from rackwright.design.kubernetes_model import Kubernetes
from rackwright.design.node_model import GpuSettings, NodeSoftware


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Subnet(_Model):
    """One subnet in one zone."""

    name: str
    """Unique in the cluster and stable: ``public-use1-az6``, ``gpu-use1-az6``."""
    tier: Literal["public", "private", "gpu", "isolated", "firewall"]
    zone_id: str
    cidr: str
    usable_addresses: int
    """After the five that AWS keeps back in every subnet."""


class Nic(_Model):
    """One network interface of a launch template, as the launch request names it."""

    card_index: int
    device_index: int
    interface_type: Literal["interface", "efa", "efa-only"]


class Capacity(_Model):
    """How the instances of a pool are bought."""

    kind: Literal["on-demand", "spot", "reservation", "block"] = "on-demand"
    reservation_id: str | None = None
    """``cr-…`` of the capacity reservation or capacity block."""
    reservation_group: str | None = None
    """Resource group of capacity reservations, by ARN."""
    max_usd_per_hour: float | None = None
    """Highest spot price of one node; None pays up to the on-demand price."""


class Pool(_Model):
    """A set of identical nodes."""

    name: str
    role: Literal["control", "login", "gpu", "cpu", "storage"]
    machine: str
    """Catalog name: ``p5.48xlarge``, ``dgx-h100``."""
    alternatives: tuple[str, ...] = ()
    """Machines that elastic nodes take in its place where there is none of it, in order."""
    min_nodes: int
    max_nodes: int
    """Equal to `min_nodes` for a pool of fixed size."""
    subnet: str
    """Name of the `Subnet` its nodes live in."""
    architecture: Literal["x86_64", "arm64"]
    vcpus: int
    memory_gib: float
    gpus: int
    """GPUs in one node."""
    gpu_model: str | None = None
    """Catalog name of the GPU (``h100-80gb``)."""
    gres_type: str | None = None
    """Slurm GPU type (``h100``)."""
    nvswitch: bool = False
    nics: tuple[Nic, ...] = ()
    addresses_per_node: int = 1
    efa_gbps: float = 0.0
    placement: Literal["cluster", "spread", "none"] = "none"
    placement_group: str | None = None
    """Existing group that the nodes are placed in, by name; None makes one where `placement` asks for it."""
    capacity: Capacity = Capacity()
    root_volume_gib: int = 200
    root_volume_type: Literal["gp3", "io2"] = "gp3"
    volume_key: str | None = None
    """KMS key of the volumes, by ARN; None takes the cluster's own."""
    one_thread_cores: int | None = None
    """Cores that run one thread each; None leaves threads as the machine is sold."""
    security_groups: tuple[str, ...] = ()
    """Existing security groups that interfaces with an address get as well."""
    tags: dict[str, str] = {}
    """Further tags on the nodes."""
    nvme_devices: int = 0
    nvme_gb: float = 0.0
    addresses: tuple[str, ...] = ()
    """Fixed private addresses, one per node, for pools whose nodes are known by address (control); empty otherwise."""
    elastic_cidr: str | None = None
    """Block of the subnet that belongs to the nodes which Slurm starts and stops; None without any."""
    nic_layout: Literal["ip-optimised", "bandwidth-optimised"] = "ip-optimised"
    mig: str = "none"
    """MIG layout of every GPU, as in the spec."""
    gpu_settings: GpuSettings = GpuSettings()
    nvlink_domain_nodes: int = 1
    """Nodes that share one NVLink domain, by the order of their addresses (18 in an NVL72)."""
    public_ip: bool = False
    encrypted: bool = True
    imds_hops: int = 1
    ami: str | None = None
    """Image by id; None takes the lock's."""
    environment: dict[str, str] = {}
    """Environment of jobs."""
    pods_per_node: int | None = None
    ansible_roles: tuple[str, ...] = ()
    """Roles (= Ansible groups) that the nodes of this pool run."""
    usd_per_hour: float | None = None
    """On-demand price of one node; None when the catalog has none ("not known", never 0)."""
    watts: float | None = None
    """Power of one node at full load, where published."""
    watts_of: str | None = None
    """System of the same board whose published power `watts` is, where the machine itself has none."""


class SiteVpn(_Model):
    """Tunnels between the cluster and another network."""

    peer_address: str
    peer_asn: int
    static: bool
    """Routes are written down, not learned by BGP."""
    transit_gateway: str | None
    """Existing transit gateway; None makes a virtual private gateway."""


class ClientVpn(_Model):
    """Way in for single people: their certificate first, then password and second factor."""

    cidr: str
    """Addresses that clients get."""
    server_certificate: str
    client_ca: str | None
    saml_provider: str | None
    directory: str | None
    admitted_groups: tuple[str, ...]
    """Empty admits everybody that the provider knows."""
    session_hours: int
    split_tunnel: bool


class Network(_Model):
    """Addresses and ways in and out."""

    cidr: str
    zone_ids: tuple[str, ...]
    subnets: tuple[Subnet, ...]
    allowed_admin_cidrs: tuple[str, ...] = ()
    gateway_endpoints: tuple[str, ...] = ()
    """Service names (``s3``, ``dynamodb``)."""
    interface_endpoints: tuple[str, ...] = ()
    internet_egress: bool = True
    nat_per_zone: bool = False
    flow_logs: bool = True
    peer_cidrs: tuple[str, ...] = ()
    remote_cidrs: tuple[str, ...] = ()
    """Networks behind the site-to-site VPN."""
    site_vpn: SiteVpn | None = None
    client_vpn: ClientVpn | None = None
    dns_zone: str = ""
    """Private zone; empty makes none."""
    dns_firewall: Literal["off", "alert", "block"] = "off"
    firewall: bool = False
    """Traffic to the internet passes a network firewall in the subnets of tier `firewall`."""
    allowed_domains: tuple[str, ...] = ()
    """Domains that nodes may ask for and reach; ``*.`` in front means everything below."""

    def subnet(self, name: str) -> Subnet:
        """Subnet called `name`; KeyError when there is none."""
        return {subnet.name: subnet for subnet in self.subnets}[name]


class Storage(_Model):
    """One storage of the spec."""

    name: str
    kind: Literal["fsx-lustre", "efs", "s3", "nvme-raid0", "nfs", "nfs-server", "object-store", "lustre"]
    mount: str | None = None
    capacity_gib: int | None = None
    throughput_mbps_per_tib: int | None = None
    retention_days: int | None = None
    subnet: str | None = None
    server: str | None = None
    """Address of an existing server (on-prem NFS or Lustre)."""
    deployment: str | None = None
    """``PERSISTENT_2`` … (FSx for Lustre)."""
    encrypted: bool = True
    deletion: Literal["retain", "delete"] = "retain"
    object_lock: bool = False
    versioning: bool = True
    export: str | None = None
    """Directory that an NFS server exports, or name of a Lustre file system."""
    efa: bool = False
    """EFA between the nodes and FSx for Lustre."""
    backup_days: int | None = None
    tls: bool = False
    """Encrypted on the wire (EFS, NFS)."""
    iam: bool = False
    """Clients prove to AWS who they are (EFS)."""
    security: Literal["sys", "krb5", "krb5i", "krb5p"] = "sys"
    """How users of NFS prove who they are."""
    version: str | None = None
    """Version of the NFS protocol."""
    pools: tuple[str, ...] = ()
    """Pools that serve it, or that have it (scratch on local drives; empty for every one with drives)."""
    wipe: bool = True
    """Local drives are erased when a node leaves."""
    key_in: Literal["memory", "tpm", "kms"] = "memory"
    """Where the key of encrypted local drives lives."""
    user_quota_gib: int | None = None


class Scheduler(_Model):
    """What runs jobs."""

    kind: Literal["slurm", "kubernetes", "none"]
    cluster_name: str = ""
    partitions: dict[str, tuple[str, ...]] = {}
    """Slurm partition -> pools."""
    suspend_idle_min: int | None = None
    """Slurm stops nodes that it started after so many idle minutes; None never."""


class Cost(_Model):
    """Price of the cluster with every pool at `max_nodes`, from the catalog's dated prices."""

    usd_per_hour: float
    by_pool: dict[str, float]
    storage_usd_per_hour: float
    not_priced: tuple[str, ...]
    """What the catalog has no price for; the sum leaves it out."""
    priced_on: str
    """Date of the oldest price in the sum, ISO form."""


class Power(_Model):
    """Power at full load with every pool at `max_nodes`."""

    it_kw: float
    facility_kw: float
    """`it_kw` times the power usage effectiveness."""
    pue: float
    not_known: tuple[str, ...]
    """Pools whose machine has no published power."""
    estimated: tuple[str, ...] = ()
    """Pools counted with the published power of a system of the same board."""


class FabricSummary(_Model):
    """The GPU fabric in figures."""

    kind: Literal["efa", "infiniband", "roce", "none"]
    per_node_gbps: float
    endpoints: int
    """NIC ports on the fabric with every pool at `max_nodes`."""
    leaves: int = 0
    spines: int = 0
    cores: int = 0
    bisection_tbps: float | None = None


class Design(_Model):
    """The complete intended cluster."""

    name: str
    target: Literal["aws", "on-prem", "local"]
    region: str | None = None
    classification: Literal["public", "internal", "pii", "phi", "financial"]
    compliance: tuple[str, ...]
    network: Network
    pools: tuple[Pool, ...]
    storage: tuple[Storage, ...]
    scheduler: Scheduler
    driver_branch: str
    driver_module: Literal["open", "closed"]
    cuda: str
    images: tuple[str, ...]
    """Container images of the spec by tag; the lock has their digests."""
    retention_days: int
    """How long logs and evidence are kept."""
    timezone: str = "UTC"
    hosts: HostSettings = HostSettings()
    """What every host is given beside software."""
    subnet: FabricSubnet | None = None
    """The InfiniBand subnet of a site."""
    software: NodeSoftware = NodeSoftware()
    """Choices about software that hold for all nodes; versions are in the lock."""
    tags: dict[str, str]
    """On every resource that can carry tags."""
    kubernetes: Kubernetes | None = None
    """Managed Kubernetes; None without one."""
    governance: Governance = Governance()
    """Who may do what; what is watched, kept, patched and paid."""
    cost: Cost
    power: Power
    fabric: FabricSummary

    def pool(self, name: str) -> Pool:
        """Pool called `name`; KeyError when there is none."""
        return {pool.name: pool for pool in self.pools}[name]
