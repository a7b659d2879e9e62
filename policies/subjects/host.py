"""Hosts: facts that a read-only collector takes from one machine, and what they are split into.

The collector writes one document of type ``host:machine`` for each host. Sections that every machine has
(`HostFacts`) and that are missing count as unread. Parts that only some machines have (`HostParts`) are absent where
the machine has none, and become subjects of their own, so that a rule about GPUs says "not applicable", and not
"passed", of a head node.
"""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from policies.rule import UNKNOWN, Resource
from policies.subjects.document import Document, Unread, resource_of, urn_of
from policies.subjects.file import File
from policies.subjects.kubernetes import resource_of_component
from policies.subjects.parts import HostParts

MACHINE = "host:machine"
GPUS = "host:gpus"
CONTAINERS = "host:containers"
SLURM = "slurm:cluster"
REGISTRY = "registry:server"
KUBELET = "kubernetes:component:Kubelet"
SUBNET = "fabric:subnet"


class System(TypedDict):
    """What runs."""

    id: str
    """``debian``, as in os-release."""
    version: str
    """``13``"""
    kernel: str
    """``6.12.48+deb13-amd64``"""
    architecture: str


class Updates(TypedDict):
    """What the package manager knows (from its lists as they are; nothing is downloaded)."""

    security: list[str]
    """Installed packages for which a security update waits."""
    automatic: bool
    """Security updates are installed without a person, or by the cluster's patch stage."""
    rebootRequired: bool
    held: list[str]
    unsignedSources: list[str]
    """Package sources that are trusted without a signature."""
    ageDays: float
    """Days since the lists were refreshed."""


class Audit(TypedDict):
    """The kernel's audit and its daemon."""

    active: bool
    atBoot: bool
    """``audit=1`` on the kernel's command line."""
    immutable: bool
    """Rules cannot be changed until a restart (``-e 2``)."""
    rules: list[str]
    """As ``auditctl -l`` prints them."""
    settings: dict[str, str]
    """``auditd.conf``, keys in lower case."""


class Firewall(TypedDict):
    """The packet filter of the host."""

    tool: str
    """``nftables``, ``ufw``, ``firewalld`` or ``none``; several that are active are joined by ``+``."""
    enabled: bool
    """Comes back after a restart."""
    policies: dict[str, str]
    """Hook -> what happens by default: ``{"input": "drop", "forward": "drop", "output": "accept"}``."""


class Listening(TypedDict):
    """A socket that takes connections."""

    protocol: str
    address: str
    port: int
    process: str


class Mount(TypedDict):
    """A mounted file system."""

    target: str
    source: str
    type: str
    options: list[str]


class User(TypedDict):
    """An account of the host itself."""

    name: str
    uid: int
    shell: str
    password: str
    """``set``, ``locked`` or ``empty``; the hash is never read out."""
    maxDays: NotRequired[int | None]
    """Days after which the password must change; None for never."""
    inactiveDays: NotRequired[int | None]
    """Days after its end at which the account is locked; None for never."""
    homeMode: NotRequired[str]
    """Mode of the home directory: ``0700``."""


class Sudo(TypedDict):
    """Who becomes root, and how."""

    withoutPassword: list[str]
    """Users and ``%groups`` with NOPASSWD."""
    usePty: bool
    log: bool
    """Each use is logged to a file or to the journal."""
    timeoutMinutes: float
    """A password counts this long; negative for ever."""


class Service(TypedDict):
    """A systemd unit."""

    active: bool
    enabled: bool


class Clock(TypedDict):
    """Time of the host."""

    synchronised: bool
    sources: list[str]
    """Servers that it follows."""
    offsetSeconds: float


class Disk(TypedDict):
    """A block device that holds a file system, swap or a volume."""

    name: str
    mount: str | None
    swap: bool
    encrypted: bool
    """By LUKS, or by the provider below (an encrypted EBS volume is told by the cloud, not here)."""
    cipher: NotRequired[str]
    keyBits: NotRequired[int]


class Kernel(TypedDict):
    """The running kernel."""

    commandLine: str
    modules: list[str]
    """Loaded."""
    blocked: list[str]
    """Cannot be loaded by configuration."""
    secureBoot: bool
    lockdown: str
    """``none``, ``integrity`` or ``confidentiality``."""


class AppArmor(TypedDict):
    """Mandatory access control."""

    enabled: bool
    complaining: list[str]
    """Profiles that only complain."""


class Passwords(TypedDict):
    """What PAM asks of passwords."""

    minLength: int
    lockAfter: int
    """Wrong tries; 0 for never."""
    remember: int
    """Earlier passwords that are refused."""
    maxDays: int
    """For new accounts."""
    inactiveDays: int
    """For new accounts; -1 for never."""


class Logging(TypedDict):
    """Where the host's log goes."""

    persistent: bool
    """The journal survives a restart."""
    remote: list[str]
    """Where copies are sent: ``cloudwatch``, ``loki``, ``syslog``; with the address where there is one."""
    limited: bool
    """The journal has an upper size, so that it cannot fill the disk."""


class Integrity(TypedDict):
    """Watching files for changes."""

    tool: str
    """``aide``, or ``none``."""
    scheduled: bool


class HostFacts(TypedDict):
    """Properties of ``host:machine``. Sections that could not be read are missing, or named in `unread`."""

    role: str
    """Role of the pool: ``control``, ``login``, ``gpu``, ``cpu``, ``storage``."""
    system: System
    packages: dict[str, str]
    """Installed package -> version."""
    updates: Updates
    sshd: dict[str, str | list[str]]
    """Effective settings (``sshd -T``), keys in lower case; a key that comes several times holds a list."""
    sysctl: dict[str, str]
    """``{"kernel.kptr_restrict": "2"}``"""
    audit: Audit
    firewall: Firewall
    listening: list[Listening]
    mounts: list[Mount]
    users: list[User]
    groups: dict[str, list[str]]
    """Group -> members by name."""
    sudo: Sudo
    suRestricted: bool
    """``su`` asks for membership of a group (pam_wheel)."""
    files: dict[str, File]
    """Path -> owner and mode, of the paths in `policies.subjects.paths`."""
    services: dict[str, Service]
    """Unit without ``.service`` -> state; absent units are absent."""
    clock: Clock
    disks: list[Disk]
    kernel: Kernel
    apparmor: AppArmor
    passwords: Passwords
    logging: Logging
    integrity: Integrity
    shellTimeoutSeconds: int
    """TMOUT of log-in shells; 0 where it is not set."""
    credentials: list[str]
    """Files outside the root of trust that hold what looks like a credential; paths only, never contents."""
    worldWritable: list[str]
    """Files and directories that everybody may write, without sticky bit; at most 100."""


PARTS = {
    "gpus": GPUS,
    "containers": CONTAINERS,
    "slurm": SLURM,
    "registry": REGISTRY,
    "kubelet": KUBELET,
    "subnetManager": SUBNET,
}
"""Part -> type of the subject that it becomes."""


def resources_of_host(document: Document) -> list[Resource]:
    """The machine, and one resource for each part that it has; a part that is there but unread is all unknown."""
    whole = resource_of(document)
    if isinstance(whole.props, Unread):
        return [whole]
    facts = dict.fromkeys(HostFacts.__annotations__, UNKNOWN) | dict(whole.props)
    parts = {name: facts.pop(name) for name in HostParts.__annotations__ if name in facts}
    machine = Resource(whole.urn, MACHINE, whole.name, facts, {}, whole.unread)
    return [machine, *(_part(whole, name, value) for name, value in parts.items() if name in PARTS), *_control(whole)]


def _part(host: Resource, name: str, value: Any) -> Resource:
    kind = PARTS[name]
    props = value if isinstance(value, dict) else Unread()
    prefix = f"/{name}"
    unread = {path.removeprefix(prefix): why for path, why in host.unread.items() if path.startswith(prefix)}
    return Resource(urn_of(kind, host.name), kind, host.name, props, {}, unread)


def _control(host: Resource) -> list[Resource]:
    components = host.props.get("components")
    return [resource_of_component(each, host.name) for each in components] if isinstance(components, list) else []
