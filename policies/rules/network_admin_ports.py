"""No administration port is open to the world.

Requirement: ssh, RDP, the scheduler and metrics ports admit named networks only, never ``0.0.0.0/0`` or ``::/0``.
Why it matters: the whole internet scans these ports all the time; a leaked key or a new hole in the service is then
enough to take the cluster.
What it looks at: ingress of security groups, in-line and as rules of their own, and of network ACLs.
Known limits: a range that is not the whole internet but far too wide (``0.0.0.0/1``) passes.
Fix: name the administrators' networks in `network.allowed_admin_cidrs`, or use Session Manager and admit nobody.
Sources: CIS AWS Foundations 3.0.0 5.2 and 5.3; NIST SP 800-53 r5 SC-7.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import maps, number, texts
from policies.rule import Resource, Rule, Severity

INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"

ADMIN_PORTS = {
    22: "ssh",
    3389: "RDP",
    6443: "Kubernetes API",
    6817: "Slurm controller",
    6818: "Slurm node",
    6819: "Slurm accounting",
    9100: "node exporter",
    9400: "GPU exporter",
    10250: "kubelet",
}
WORLD = frozenset({"0.0.0.0/0", "::/0"})


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.type == INGRESS_RULE:
        yield from _opens(resource, "ipProtocol")
        return
    for entry in maps(resource, "ingress"):
        yield from _opens(entry, "protocol")


def _opens(entry: Resource, protocol: str) -> Iterator[str]:
    sources = {
        source
        for key in ("cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks")
        for source in texts(entry.value(key))
        if source in WORLD
    }
    if not sources:
        return
    everything = str(entry.value(protocol)) in ("-1", "all")
    first, last = number(entry.value("fromPort")), number(entry.value("toPort"))
    for port, service in ADMIN_PORTS.items():
        if everything or (first is not None and last is not None and first <= port <= last):
            yield f"port {port} ({service}) is open to {', '.join(sorted(sources))}"


RULE = Rule(
    id="RW-PNET-001",
    title="No administration port is open to the world",
    severity=Severity.CRITICAL,
    applies_to=frozenset({INGRESS_RULE, GROUP}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-17",
        "CIS-AWS-3.0:5.2",
        "CIS-AWS-3.0:5.3",
        "CIS-AWS-7.0:6.3",
        "CIS-AWS-7.0:6.4",
        "ISO-27001:A.8.20",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.3.1",
    ),
    fix="admit named networks (`network.allowed_admin_cidrs`) or none at all",
    code="network: {allowed_admin_cidrs: [198.51.100.0/24]}",
    find=_find,
)
