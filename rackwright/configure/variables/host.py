"""Variables of the host roles: accounts, time, limits, hardening, ways in, patches, audit, integrity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from rackwright import __version__
from rackwright.configure.gpu.own_images import image_packages
from rackwright.configure.host import audit_rules, firewall, mounts, patch_window, second_factor, ssh_server
from rackwright.configure.host.mounts import key_place
from rackwright.configure.host.tools import key_tools, tools_of
from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.design.host_settings import stable_id
from rackwright.inventory import Host

AWS_TIME_SERVER = "169.254.169.123"
"""Amazon Time Sync Service. Source: EC2 user guide, "Set the time reference on your EC2 instance"."""

ROLES = frozenset(
    {
        *("users", "time", "journal", "tuning", "hardening", "mfa"),
        *("ssh", "firewall", "fail2ban", "patching", "auditd", "integrity"),
    }
)


def time_servers(site: Site) -> list[str]:
    """Those of the spec, else the provider's own; empty keeps the distribution's pool."""
    provider = (AWS_TIME_SERVER,) if site.design.target == "aws" else ()
    return list(site.design.hosts.time_servers or provider)


def wanted_state(site: Site) -> str:
    """Hash of what configuration wants: when it is another, files of hosts may differ for a good reason."""
    wanted = [__version__, site.lock.model_dump(mode="json"), site.design.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def _of_groups(site: Site) -> Mapping[str, Variables]:
    hosts, own_kernel = site.design.hosts, not site.is_rehearsal
    return {
        "users": {
            "users_people_gid": stable_id("group people"),
            "users_groups": [group.model_dump(mode="json") for group in hosts.groups],
            "users_people": [person.model_dump(mode="json") for person in hosts.people],
            "users_sudo_code": hosts.second_factor,
        },
        "time": {
            "time_own_clock": own_kernel,
            "time_zone": site.design.timezone,
            "time_servers": time_servers(site),
        },
        "journal": {"journal_retention_days": site.design.retention_days},
        "tuning": {"tuning_own_kernel": own_kernel, "tuning_huge_pages_mib": hosts.huge_pages_mib},
        "hardening": {
            "hardening_own_kernel": own_kernel,
            "hardening_strict": hosts.strict,
            "hardening_idle_minutes": hosts.idle_minutes,
        },
        **_ways_in(site),
        **_watch(site),
    }


def _ways_in(site: Site) -> Mapping[str, Variables]:
    hosts, settings = site.design.hosts, ssh_server.settings(site.design.hosts, site.automation_user)
    networks = list(firewall.admin_networks(site))
    return {
        "mfa": {
            "mfa_groups": ssh_server.second_factor_groups(hosts),
            "mfa_people": second_factor.people_with_codes(hosts),
        },
        "ssh": {
            "ssh_settings": [{"keyword": keyword, "value": value} for keyword, value in settings],
            "ssh_automation_user": site.automation_user,
            "ssh_automation_keys": list(hosts.automation_keys),
            "ssh_authorities": list(hosts.ssh_authorities),
            "ssh_second_factor_groups": ssh_server.second_factor_groups(hosts),
        },
        "firewall": {
            "firewall_admin_networks": networks,
            "firewall_open_interfaces": firewall.open_interfaces(site.design),
        },
        "fail2ban": {"fail2ban_never": list(firewall.own_networks(site))},
    }


def _watch(site: Site) -> Mapping[str, Variables]:
    design, hosts = site.design, site.design.hosts
    held = [name for name, package in site.lock.packages.items() if package.held]
    return {
        "patching": {
            "patching_security": hosts.security_patches,
            "patching_calendar": patch_window.calendar(hosts.patch_window),
            "patching_origins": patch_window.origins(site.lock.os.distribution),
            "patching_kept": patch_window.kept_patterns(held),
            # Nodes of a scheduler restart when they are drained, never by themselves.
            "patching_reboot": hosts.reboot_for_patches and design.scheduler.kind == "none",
        },
        "auditd": {
            "auditd_own_kernel": not site.is_rehearsal,
            "auditd_rules": audit_rules.rules(design),
            "auditd_backlog": audit_rules.BACKLOG,
            "auditd_locked": audit_rules.is_locked(design),
        },
        "integrity": {"integrity_wanted_state": wanted_state(site)},
    }


def _of_host(host: Host, site: Site) -> Variables:
    wire = mounts.packages(site.design) if host.roles & {"storage_nfs", "nfs_server"} else ()
    keys = key_tools(key_place(site.design), site.lock.os.release) if "storage_scratch" in host.roles else ()
    images = image_packages(site.design, site.lock) if "ngc" in host.roles else ()
    return {
        "base_tools": tools_of(host.roles, site.lock, (*wire, *images, *keys)),
        "hardening_ptrace_scope": 0 if "fabric_efa" in host.roles and not site.design.hosts.strict else 1,
        "firewall_rules": firewall.input_rules(host, site),
        "firewall_forwards": forwards(host, site),
    }


def forwards(host: Host, site: Site) -> bool:
    """Whether packets of containers or pods pass through `host`."""
    return "container_runtime" in host.roles or site.design.scheduler.kind == "kubernetes"


AREA = Area(ROLES, _of_groups, _of_host)
