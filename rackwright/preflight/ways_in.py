"""VPNs, firewalls and network ACLs: what a wrong value there would break, known without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.design.acls import MOST_RULES, acls_of
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.vpn import Vpn

_VPN: Path = ("network", "vpn")
_USABLE_AUTHENTICATION = "saml_provider or directory"


def _client_vpn(view: View) -> Vpn | None:
    vpn = view.spec.network.vpn
    return vpn if view.on_aws and vpn is not None and vpn.serves_clients else None


@rule("RW-VPN-001")
def client_vpn_shows_a_certificate(view: View) -> Iterator[Fault]:
    """A client VPN has a server certificate.

    The endpoint cannot be created without one in ACM, and it cannot be made offline.

    Source: https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-endpoint-create.html
    """
    vpn = _client_vpn(view)
    if vpn is not None and vpn.server_certificate is None:
        yield Fault(_VPN, "the client VPN has no 'server_certificate'", "add the ARN of the certificate in ACM")


@rule("RW-VPN-002")
def client_vpn_knows_its_clients(view: View) -> Iterator[Fault]:
    """A client VPN authenticates clients by certificate, by an identity provider or by a directory.

    Mutual authentication can be combined with one user-based method; two user-based ones cannot be combined.

    Source: https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/client-authentication.html
    """
    vpn = _client_vpn(view)
    if vpn is None:
        return
    if not (vpn.client_ca or vpn.saml_provider or vpn.directory):
        yield Fault(
            _VPN, "nothing authenticates the clients of the VPN", f"add client_ca, and {_USABLE_AUTHENTICATION}"
        )
    if vpn.saml_provider and vpn.directory:
        yield Fault(_VPN, "the client VPN has both 'saml_provider' and 'directory', it takes one", "remove one")


@rule("RW-VPN-003", frameworks=("hipaa", "pci-dss", "nist-800-53"))
def client_vpn_asks_twice(view: View) -> Iterator[Fault]:
    """With a second factor required, the client VPN asks for a certificate and for a person.

    A certificate alone is one factor: whoever copies it is in. AWS asks for the second factor through the identity
    provider or the directory, never by itself.

    Source: https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/client-authentication.html;
    https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/ad.html (multi-factor authentication)
    """
    vpn = _client_vpn(view)
    if vpn is None or view.spec.access.mfa != "required":
        return
    if vpn.client_ca and not (vpn.saml_provider or vpn.directory):
        summary = "access.mfa is required, but the client VPN asks for a certificate only"
        yield Fault(_VPN, summary, f"add {_USABLE_AUTHENTICATION}, whose sign-in asks for the second factor")


@rule("RW-VPN-004")
def vpn_certificates_are_in_the_region(view: View) -> Iterator[Fault]:
    """Certificates of the client VPN are in ACM, in the cluster's region.

    The endpoint reads them from the region that it is in; an ARN of another region or service is refused.

    Source: https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/mutual.html
    """
    vpn = _client_vpn(view)
    for name in ("server_certificate", "client_ca"):
        arn = getattr(vpn, name, None)
        service, region = arn.split(":")[2:4] if arn else ("", "")
        wanted = getattr(view.spec.target, "region", "")
        if arn and (service != "acm" or region != wanted):
            yield Fault((*_VPN, name), f"'{arn}' is no certificate of ACM in {wanted}", "import it there")


@rule("RW-VPN-005")
def static_routes_are_named(view: View) -> Iterator[Fault]:
    """A site-to-site VPN with static routing names the networks behind it.

    Without BGP nobody tells the tunnel what lies at its other end, so no packet ever takes it.

    Source: https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
    """
    vpn = view.spec.network.vpn
    if vpn is not None and vpn.serves_sites and vpn.routing == "static" and not vpn.remote_cidrs:
        yield Fault((*_VPN, "remote_cidrs"), "static routing, and no network behind the tunnel", "name the networks")


@rule("RW-VPN-006")
def client_vpn_groups_have_a_provider(view: View) -> Iterator[Fault]:
    """Admitted groups are groups of somebody: an identity provider or a directory.

    With certificates alone there are no groups, and the authorization rule is refused.

    Source: https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-rules.html
    """
    vpn = _client_vpn(view)
    if vpn is not None and vpn.admitted_groups and not (vpn.saml_provider or vpn.directory):
        where: Path = (*_VPN, "admitted_groups")
        yield Fault(where, f"{len(vpn.admitted_groups)} groups of no provider", f"add {_USABLE_AUTHENTICATION}")


@rule("RW-NET-026")
def acls_hold_their_rules(view: View) -> Iterator[Fault]:
    """The networks that the cluster talks to fit into a network ACL.

    An ACL holds 20 rules for each direction, and every peer, remote and admin network takes one.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html (rules per network ACL)
    """
    if view.on_aws and view.design is not None:
        longest = max((len(acl.ingress) for acl in acls_of(view.design.network)), default=0)
        if longest > MOST_RULES:
            summary = f"the network ACL needs {longest} rules, it holds {MOST_RULES}"
            yield Fault(("network",), summary, "summarise peer_cidrs, remote_cidrs and allowed_admin_cidrs")


@rule("RW-NET-027")
def firewall_has_traffic(view: View) -> Iterator[Fault]:
    """A network firewall stands in the way of something.

    Without internet_egress there is no way out that it could guard, and it costs money for every hour.

    Source: https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html
    """
    network = view.spec.network
    if view.on_aws and network.firewall and not network.internet_egress:
        yield Fault(("network", "firewall"), "firewall is true, but internet_egress is false", "set one of them")


@rule("RW-NET-028", Severity.WARNING, frameworks=("hipaa", "pci-dss", "nist-800-53", "sox"))
def regulated_data_has_guarded_names(view: View) -> Iterator[Fault]:
    """Nodes with regulated data cannot ask for any name they like.

    A DNS question carries data out of a network that has no other way out, and no firewall for packets sees it.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
    """
    network = view.spec.network
    if view.on_aws and view.spec.data.classification in {"phi", "financial"} and network.dns_firewall == "off":
        summary = f"data is {view.spec.data.classification}, and dns_firewall is off"
        yield Fault(("network", "dns_firewall"), summary, "set dns_firewall: block, or alert to see what it would stop")
