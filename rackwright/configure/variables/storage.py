"""Variables of the storage roles: mounts, scratch on local drives, and servers of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rackwright.configure.host import mounts
from rackwright.configure.host.firewall import disjoint
from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.design.keys import key_alias
from rackwright.design.model import Design, Storage
from rackwright.inventory import Host

UNITS = "/etc/systemd/system"
OBJECT_PORT = 9000


def lustre_names(site: Site) -> dict[str, str]:
    """Mount name of each FSx file system, which AWS chooses and the stack exports."""
    told = site.inventory.vars.get("lustre_mount_names", {})
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def unit_texts(found: Iterable[mounts.Mount]) -> list[dict[str, str]]:
    """Files of mount units, as the roles write them."""
    return [{"dest": f"{UNITS}/{mount.name}", "text": mount.text()} for mount in found]


def tunnel_texts(site: Site) -> list[dict[str, str]]:
    """Files of the tunnels that mounts go through."""
    found = mounts.efs_tunnels(site.design)
    return [{"dest": f"/etc/stunnel/{tunnel.name}.conf", "text": tunnel.text()} for tunnel in found]


def _served(site: Site, kind: str, host: Host | None = None) -> list[Storage]:
    """Storages of `kind`; only those that `host` serves, if one is given."""
    return [
        storage
        for storage in site.design.storage
        if storage.kind == kind and (host is None or storage.server == str(host.address))
    ]


def _of_groups(site: Site) -> Mapping[str, Variables]:
    design, own_kernel = site.design, not site.is_rehearsal
    lustre = mounts.lustre_mounts(design, lustre_names(site))
    scratch = next((storage for storage in design.storage if storage.kind == "nvme-raid0"), None)
    return {
        "storage_nfs": {
            "storage_nfs_own_kernel": own_kernel,
            "storage_nfs_needs_helper": mounts.needs_helper(design),
            "storage_nfs_tunnels": [tunnel.name for tunnel in mounts.efs_tunnels(design)],
        },
        "storage_lustre": {
            "storage_lustre_own_kernel": own_kernel,
            "storage_lustre_texts": unit_texts(lustre),
            "storage_lustre_mounts": [mount.name for mount in lustre],
            "storage_lustre_network": "o2ib" if any("@o2ib" in mount.what for mount in lustre) else "tcp",
        },
        "storage_scratch": {
            "storage_scratch_drives_present": own_kernel,
            "storage_scratch_mount": scratch.mount if scratch else "/scratch",
            "storage_scratch_key_in": mounts.key_place(design),
            "storage_scratch_region": design.region or "",
            "storage_scratch_kms_key": _scratch_key(design),
        },
        "nfs_server": {"nfs_server_own_kernel": own_kernel},
        "object_store": {"object_store_port": OBJECT_PORT, "object_store_run": own_kernel},
    }


def _scratch_key(design: Design) -> str:
    """Name of the key that wraps the keys of local drives; empty where the stack has none."""
    wanted = any(key.name == "scratch" for key in design.governance.keys)
    return key_alias(design.name, "scratch") if wanted else ""


def _of_host(host: Host, site: Site) -> Variables:
    found: dict[str, object] = {}
    if "storage_nfs" in host.roles:
        nfs = mounts.nfs_mounts(site.design, str(host.address))
        found["storage_nfs_texts"] = [*unit_texts(nfs), *tunnel_texts(site)]
        found["storage_nfs_mounts"] = [mount.name for mount in nfs]
    if "storage_scratch" in host.roles:
        found["storage_scratch_expected_drives"] = site.design.pool(host.pool).nvme_devices
    if "nfs_server" in host.roles:
        mine = _served(site, "nfs-server", host)
        networks = disjoint([site.design.network.cidr])
        found["nfs_server_exports"] = list(mounts.export_lines(mine, networks))
        found["nfs_server_folders"] = [
            {"path": storage.export, "user_quota_gib": storage.user_quota_gib or 0} for storage in mine
        ]
        found["nfs_server_tls"] = any(storage.tls for storage in mine)
    if "object_store" in host.roles:
        folders = [storage.export for storage in _served(site, "object-store", host)]
        found["object_store_folder"] = folders[0] if folders else "/srv/objects"
        found["object_store_address"] = str(host.address)
    return found


AREA = Area(
    frozenset({"storage_nfs", "storage_lustre", "storage_scratch", "nfs_server", "object_store"}), _of_groups, _of_host
)
