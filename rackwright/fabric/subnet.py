"""A designed subnet brought up for real: the subnet simulator (ibsim) with the real subnet manager (opensm).

Management packets only; the simulator carries no data. Nothing needs a kernel driver, root, or a network port: the
programs meet on an abstract socket. Everything is in one temporary folder and ends with the `with` block.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rackwright.diagnostics import StepFailed
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.discovered import FabricFinding, compare
from rackwright.fabric.ibnet import ibnet_file, node_id
from rackwright.fabric.opensm import opensm_conf
from rackwright.fabric.partitions import Tenant, partitions_conf
from rackwright.fabric.wiring import HCA_GUIDS, Device, Link, devices

PACKAGES = ("ibsim-utils", "libumad2sim0", "opensm", "infiniband-diags")
"""Debian packages of the simulator, the subnet manager and the tools."""
PROGRAMS = ("setpriv", "ibsim", "opensm", "ibnetdiscover", "iblinkinfo", "smpquery", "saquery")
FLUSH_LOG = "2"
"""opensm's debug option that writes each log line at once; the wait for the subnet reads the log."""
POLL_S = 0.02
STOP_S = 5.0
DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""util-linux; the kernel ends the program when its parent is gone, however that came about."""
ANSWER_S = 60.0


def subnet_packages() -> list[str]:
    """Debian packages to install before a subnet can be simulated."""
    return list(PACKAGES)


def missing_programs() -> list[str]:
    """Programs and libraries that a simulated subnet needs and this machine lacks."""
    lacking = [program for program in PROGRAMS if shutil.which(program, path=_path()) is None]
    return lacking if _preload() else [*lacking, "libumad2sim.so"]


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def _preload() -> Path | None:
    return next(Path("/usr/lib").glob("*/umad2sim/libumad2sim.so"), None)


@dataclass(frozen=True, slots=True)
class Subnet:
    """A running simulated subnet whose manager has finished its first sweep."""

    folder: Path
    environment: dict[str, str]
    first_sweep_s: float
    """From the start of opensm until it logs that the subnet is up."""

    def ask(self, *command: str, host: Device | None = None) -> str:
        """Output of a tool run on the subnet, as if on `host`; `StepFailed` when it fails."""
        place = {"SIM_HOST": node_id(host)} if host else {}
        done = subprocess.run(
            command,
            env=self.environment | place,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=ANSWER_S,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip() or done.stdout.strip()
            raise StepFailed(f"{' '.join(command)} failed: {said}", where="subnet")
        return done.stdout

    def discover(self) -> str:
        """What ``ibnetdiscover`` prints."""
        return self.ask("ibnetdiscover")

    def log(self) -> str:
        """What opensm has logged so far."""
        return (self.folder / "osm.log").read_text(errors="replace")

    def is_fat_tree(self) -> bool:
        """Whether the fat-tree engine took the fabric and routes it; another engine does where it refuses."""
        return "ftree tables configured on all switches" in self.log()

    def active_ports(self) -> int:
        """Ports in state Active, both ends of a link counted."""
        return self.ask("iblinkinfo", "--line").count("Active/")

    def lids(self) -> dict[int, int]:
        """Local id of each adapter port by port GUID, as discovered."""
        rows = re.findall(r"^\[\d+\]\(([0-9a-f]+)\).*# lid (\d+) lmc", self.discover(), re.MULTILINE)
        return {int(guid, 16): int(lid) for guid, lid in rows}

    def pkeys(self, lid: int) -> frozenset[int]:
        """Partition keys in the table of the adapter port with that local id, membership bit included."""
        table = self.ask("smpquery", "pkeys", str(lid), "1")
        return frozenset(int(key, 16) for key in re.findall(r"0x[0-9a-f]{4}", table)) - {0}

    def has_path(self, source: int, target: int) -> bool:
        """Whether the manager gives a path between two local ids; it refuses where no PKey joins them."""
        answer = self.ask("saquery", "PR", "--slid", str(source), "--dlid", str(target))
        return "PathRecord dump" in answer


@contextmanager
def simulated_subnet(
    design: FabricDesign,
    tenants: Sequence[Tenant] = (),
    *,
    subnet: int = 0,
    wires: Iterable[Link] | None = None,
    deadline_s: float = 120.0,
) -> Iterator[Subnet]:
    """Bring a subnet of `design` up; `wires` stands in for the designed links, to see what a wrong cable does.

    Raises `StepFailed` when a program is missing, ends early or is not ready after `deadline_s` seconds.
    """
    if lacking := missing_programs():
        raise StepFailed(f"missing: {', '.join(lacking)}", where="subnet", hint=f"apt-get install {' '.join(PACKAGES)}")
    with tempfile.TemporaryDirectory(prefix="rackwright-subnet-") as name:
        folder = Path(name)
        _write_files(folder, design, tenants, ibnet_file(design, subnet, wires))
        environment = _environment(folder)
        with _running(_ibsim(design), folder, environment) as fabric:
            _wait(lambda: environment["IBSIM_SOCKNAME"] in Path("/proc/net/unix").read_text(), fabric, deadline_s)
            began = time.monotonic()
            with _running(_opensm(design, subnet), folder, environment | {"LD_PRELOAD": str(_preload())}) as manager:
                _wait(lambda: "SUBNET UP" in _text(folder / "osm.log"), manager, deadline_s)
                took = time.monotonic() - began
                yield Subnet(folder, environment | {"LD_PRELOAD": str(_preload())}, took)


def _write_files(folder: Path, design: FabricDesign, tenants: Sequence[Tenant], net: str) -> None:
    (folder / "net").write_text(net)
    (folder / "partitions.conf").write_text(partitions_conf(design, tenants))
    (folder / "opensm.conf").write_text(opensm_conf(design, partitions=str(folder / "partitions.conf")))


def _environment(folder: Path) -> dict[str, str]:
    """What the programs see: no home, their files in `folder`, a socket name of their own."""
    own = {"OSM_TMP_DIR": str(folder), "OSM_CACHE_DIR": str(folder), "IBSIM_SOCKNAME": folder.name}
    return {"PATH": _path(), "LC_ALL": "C.UTF-8", **own}


def _ibsim(design: FabricDesign) -> list[str]:
    """Command of the simulator, with room for the devices and ports of the design."""
    radix = design.tree.leaf.radix
    ports = design.switches * (radix + 1) + 2 * design.endpoints
    return ["ibsim", "-s", "-n", "-N", str(design.endpoints + design.switches + 1), "-S", str(design.switches + 1),
            "-P", str(ports + 1), "net"]  # fmt: skip


def _opensm(design: FabricDesign, subnet: int) -> list[str]:
    """Command of the subnet manager on the first adapter of the subnet."""
    first = next((d.guid for d in devices(design, subnet) if not d.is_switch), HCA_GUIDS)
    return ["opensm", "-F", "opensm.conf", "-f", "osm.log", "-g", f"{first + 1:#x}", "-e", "-d", FLUSH_LOG]


@contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block, and with this process even if that is killed."""
    with (folder / f"{command[0]}.out").open("wb") as out:
        process = subprocess.Popen(
            [*DIE_WITH_US, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes], deadline_s: float) -> None:
    end = time.monotonic() + deadline_s
    while not ready():
        name = str(process.args[len(DIE_WITH_US)]) if isinstance(process.args, list) else "program"
        if process.poll() is not None:
            raise StepFailed(f"{name} ended with status {process.returncode} before it was ready", where="subnet")
        if time.monotonic() > end:
            raise StepFailed(f"{name} was not ready after {deadline_s:g} s", where="subnet")
        time.sleep(POLL_S)


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


@dataclass(frozen=True, slots=True)
class SubnetReport:
    """What a simulated bring-up of a design showed."""

    fat_tree: bool
    tree_expected: bool
    """False for a single leaf, where there is no tree to route."""
    first_sweep_s: float
    active_ports: int
    expected_ports: int
    findings: tuple[FabricFinding, ...]

    @property
    def passed(self) -> bool:
        """Up as designed: every port active, nothing found, and fat-tree routing where there is a tree."""
        return self.fat_tree == self.tree_expected and self.active_ports == self.expected_ports and not self.findings


def rehearse(design: FabricDesign, tenants: Sequence[Tenant] = (), *, subnet: int = 0) -> SubnetReport:
    """Bring one subnet of `design` up in the simulator and compare what is discovered there with the design."""
    with simulated_subnet(design, tenants, subnet=subnet) as net:
        expected = 2 * sum(design.links.values()) // design.copies
        findings = tuple(compare(design, net.discover(), subnet=subnet))
        tree = (net.is_fat_tree(), design.tiers > 1)
        return SubnetReport(*tree, net.first_sweep_s, net.active_ports(), expected, findings)
