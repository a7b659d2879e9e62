"""Mounts of a host as systemd units: which storage, from where, with which options. Pure.

Units instead of lines in /etc/fstab: a mount is ordered after its network and its TLS tunnel, and one that fails names
itself without holding up the boot. Sources: systemd.mount(5); nfs(5); EFS User Guide, "Recommended NFS mount options";
FSx for Lustre User Guide, "Mounting from an Amazon EC2 instance".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rackwright.design.model import Design, Storage
from rackwright.design.role_systems import wants_nfs_over_tls

HEAD = "# Ansible managed\n"
NFS_OPTIONS = ("rw", "hard", "noatime", "nodev", "nosuid", "timeo=600", "retrans=2", "rsize=1048576", "wsize=1048576")
FIRST_TUNNEL_PORT = 20490
"""Loopback port of the first TLS tunnel: the one that EFS's own mount helper begins with."""
NCONNECT = 8
"""TCP connections of one NFS mount (nfs(5), nconnect: at most 16); EFS knows one only."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount unit."""

    name: str
    """File name of the unit: ``home.mount``."""
    storage: str
    what: str
    where: str
    type: str
    options: tuple[str, ...]
    after: tuple[str, ...] = ()
    """Units that must run before."""

    def text(self) -> str:
        """The unit file."""
        requires = "".join(f"Requires={unit}\nAfter={unit}\n" for unit in self.after)
        return (
            f"{HEAD}[Unit]\nDescription=Storage {self.storage}\nAfter=network-online.target\n"
            f"Wants=network-online.target\n{requires}Before=slurmd.service\n\n"
            f"[Mount]\nWhat={self.what}\nWhere={self.where}\nType={self.type}\nOptions={','.join(self.options)}\n"
            "TimeoutSec=120\n\n[Install]\nWantedBy=remote-fs.target\n"
        )


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A TLS tunnel to a file server that speaks NFS in the clear inside it (EFS)."""

    storage: str
    server: str
    certificate: str
    """Host name that the server's certificate must be good for."""
    port: int
    """Loopback port."""

    @property
    def name(self) -> str:
        """Instance of stunnel's unit template."""
        return f"rackwright-{self.storage}"

    def text(self) -> str:
        """The configuration of stunnel; the server's certificate is checked against the system's authorities."""
        return (
            f"{HEAD}[{self.storage}]\nclient = yes\naccept = 127.0.0.1:{self.port}\nconnect = {self.server}:2049\n"
            f"sslVersionMin = TLSv1.2\nverifyChain = yes\ncheckHost = {self.certificate}\n"
            "CAfile = /etc/ssl/certs/ca-certificates.crt\nTIMEOUTbusy = 20\nTIMEOUTclose = 0\nlibwrap = no\n"
        )


def unit_name(mount: str, kind: str = "mount") -> str:
    """The unit of a mount point: ``/fsx/scratch`` is ``fsx-scratch.mount``; others than letters are escaped."""
    parts = [part for part in mount.split("/") if part]
    return f"{'-'.join(_escaped(part, first=number == 0) for number, part in enumerate(parts)) or '-'}.{kind}"


def nfs_mounts(design: Design, own_address: str = "") -> list[Mount]:
    """NFS and EFS mounts of a host; the server of a storage does not mount its own."""
    tunnels = {tunnel.storage: tunnel for tunnel in efs_tunnels(design)}
    found = [_nfs(storage) for storage in design.storage if storage.kind in {"nfs", "nfs-server"}]
    efs = [_efs(design, storage, tunnels.get(storage.name)) for storage in design.storage if storage.kind == "efs"]
    servers = {storage.name: storage.server for storage in design.storage if storage.kind == "nfs-server"}
    return [mount for mount in (*found, *efs) if not own_address or servers.get(mount.storage) != own_address]


def packages(design: Design) -> list[str]:
    """Packages that the ways on the wire need beside the NFS client."""
    tls = ["ktls-utils"] if wants_nfs_over_tls(design.storage) else []
    return [*(["stunnel4"] if efs_tunnels(design) else []), *tls]


def key_place(design: Design) -> str:
    """Where the key of the local drives lives: ``memory``, ``tpm``, ``kms``; ``none`` for drives in the clear."""
    scratch = next((storage for storage in design.storage if storage.kind == "nvme-raid0"), None)
    return scratch.key_in if scratch and scratch.encrypted else "none"


def efs_tunnels(design: Design) -> list[Tunnel]:
    """Tunnels of EFS file systems whose clients need not prove who they are; the mount helper makes the others'."""
    wanted = [storage for storage in design.storage if storage.kind == "efs" and storage.tls and not storage.iam]
    certificate = _efs_certificate(design.region or "")
    return [
        Tunnel(item.name, server_of(design, item), certificate, FIRST_TUNNEL_PORT + number)
        for number, item in enumerate(wanted)
    ]


def _efs_certificate(region: str) -> str:
    """A name that EFS's certificate of a region covers: it is for all file systems there, not for names of ours.

    Source: EFS User Guide, "Data encryption in transit".
    """
    return f"fs.efs.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def lustre_mounts(design: Design, names: dict[str, str]) -> list[Mount]:
    """Lustre mounts; `names` gives the mount name that AWS chose for each FSx file system."""
    return [_lustre(design, storage, names) for storage in design.storage if storage.kind in {"fsx-lustre", "lustre"}]


def server_of(design: Design, storage: Storage) -> str:
    """Address or name of the server: that of the spec, or the file system's name in the cluster's own zone."""
    zone = design.network.dns_zone
    return storage.server or (f"{storage.name}.{zone}" if zone else storage.name)


def needs_helper(design: Design) -> bool:
    """Whether an EFS file system asks clients to prove who they are, which only AWS's mount helper can."""
    return any(storage.kind == "efs" and storage.iam for storage in design.storage)


def _nfs(storage: Storage) -> Mount:
    options = [*NFS_OPTIONS, f"vers={storage.version or '4.2'}", f"sec={storage.security}", f"nconnect={NCONNECT}"]
    after = ["rpc-gssd.service"] if storage.security != "sys" else []
    if storage.tls:
        options.append("xprtsec=tls")
        after.append("tlshd.service")
    where = storage.mount or "/"
    what = f"{storage.server}:{storage.export}"
    return Mount(unit_name(where), storage.name, what, where, "nfs", tuple(options), tuple(after))


def _efs(design: Design, storage: Storage, tunnel: Tunnel | None) -> Mount:
    where = storage.mount or "/"
    name, server = unit_name(where), server_of(design, storage)
    if storage.iam:
        helper = ("_netdev", "noresvport", "tls", "iam") if storage.tls else ("_netdev", "noresvport", "iam")
        return Mount(name, storage.name, f"{server}:/", where, "efs", helper)
    options = (*NFS_OPTIONS, "vers=4.1", "noresvport")
    if tunnel is None:
        return Mount(name, storage.name, f"{server}:/", where, "nfs", options)
    through = (*options, f"port={tunnel.port}")
    return Mount(name, storage.name, "127.0.0.1:/", where, "nfs", through, (f"stunnel@{tunnel.name}.service",))


def _lustre(design: Design, storage: Storage, names: dict[str, str]) -> Mount:
    server = server_of(design, storage)
    managed = storage.kind == "fsx-lustre"
    what = f"{server}@tcp:/{names.get(storage.name, '')}" if managed else f"{server}:/{storage.export}"
    where = storage.mount or "/"
    options = ("rw", "noatime", "flock", "_netdev")
    return Mount(unit_name(where), storage.name, what, where, "lustre", options, ("rackwright-lnet.service",))


def _escaped(part: str, *, first: bool) -> str:
    """One step of a path as systemd.unit(5), "String escaping", writes it."""
    return "".join(_letter(letter, leading=first and place == 0) for place, letter in enumerate(part))


def _letter(letter: str, *, leading: bool) -> str:
    plain = letter.isascii() and (letter.isalnum() or letter in ":_.")
    if plain and not (leading and letter == "."):
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode())


def export_lines(storage: Iterable[Storage], networks: Iterable[str]) -> Iterator[str]:
    """Lines of exports(5) for the servers of the cluster's own; root on a client is nobody."""
    listed = sorted(networks)
    for item in storage:
        way = f",xprtsec={'tls' if item.tls else 'none'}" if item.tls else ""
        options = f"rw,sync,no_subtree_check,root_squash,sec={item.security}{way}"
        yield " ".join([str(item.export), *(f"{network}({options})" for network in listed)])
