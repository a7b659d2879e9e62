"""What every host must show, by its roles. Pure: questions from design and lock, judged from text."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping

from rackwright.accept.question import Answer, Opinion, Question, contains, equals, not_evaluated, passes_when
from rackwright.catalog.version import version_order
from rackwright.design.model import Design
from rackwright.inventory import Host
from rackwright.lock.belonging import packages_for
from rackwright.lock.libraries import cuda_library
from rackwright.lock.model import Lock, Package
from rackwright.outcome import Check

NODE_EXPORTER_PORT = 9100
"""The port that the role node_exporter is given."""

CONTAINER_TIMEOUT_S = 120
"""A first run unpacks the image."""

_SERVICES = {
    "base": ("ssh",),
    "container_runtime": ("containerd",),
    "munge": ("munge",),
    "node_exporter": ("prometheus-node-exporter",),
    "slurm_node": ("slurmd",),
}
_NO_CLOCK = "a container shares its host's clock and may not set it"


def host_questions(host: Host, design: Design, lock: Lock) -> tuple[Question, ...]:
    """Questions to one host."""
    by_role: dict[str, Callable[[], Iterable[Question]]] = {
        "base": lambda: _base(host, design, lock),
        "gpu_driver": lambda: [_module_source(lock)],
        "cuda": lambda: [_cuda(lock)],
        "container_runtime": lambda: _containers(lock),
        "ngc": lambda: _images(lock, rehearsal=design.target == "local"),
        "node_exporter": lambda: [_exporter(host)],
        "munge": lambda: [_munge()],
    }
    own = [question for role, ask in by_role.items() if role in host.roles for question in ask()]
    services = [_service(name) for role in sorted(host.roles) for name in _SERVICES.get(role, ())]
    return (*own, *services)


def host_not_evaluated(host: Host, design: Design) -> tuple[Check, ...]:
    """Checks of one host that cannot be made on this kind of machine."""
    if design.target != "local" or "base" not in host.roles:
        return ()
    return (not_evaluated("base.time", "Time is kept by chrony", _NO_CLOCK, host.name, "active"),)


def judge_versions(wanted: Mapping[str, Package]) -> Callable[[Answer], Opinion]:
    """Judge of ``dpkg-query`` lines ``<name> <version> <want> <status>``: every version is the lock's."""

    def judged(answer: Answer) -> Opinion:
        found = dict(map(_name_and_rest, answer.text.splitlines()))
        wrong = [_difference(name, package, found.get(name)) for name, package in wanted.items()]
        said = [text for text in wrong if text]
        return passes_when(
            not said,
            f"{len(wanted)} packages at the lock's versions",
            f"{len(wanted) - len(said)} of {len(wanted)}",
            "; ".join(said),
        )

    return judged


def judge_held(wanted: Iterable[str]) -> Callable[[Answer], Opinion]:
    """Judge of ``apt-mark showhold``: every package in `wanted` is held."""
    names = sorted(wanted)

    def judged(answer: Answer) -> Opinion:
        loose = sorted(set(names) - set(answer.text.split()))
        actual = f"{len(names) - len(loose)} of {len(names)}"
        return passes_when(not loose, f"{len(names)} packages held", actual, f"not held: {', '.join(loose)}")

    return judged


def judge_no_failed_unit(answer: Answer) -> Opinion:
    """Judge of ``systemctl --failed``: no line, no failed unit."""
    failed = [line.split()[0] for line in answer.text.splitlines() if line.strip()]
    return passes_when(
        answer.status == 0 and not failed,
        "none",
        ", ".join(failed) or "none",
        "see systemctl status of the units named",
    )


def judge_image(reference: str, digest: str) -> Callable[[Answer], Opinion]:
    """Judge of ``ctr images list``: `reference` is there with `digest`."""

    def judged(answer: Answer) -> Opinion:
        rows = dict(map(_name_and_rest, answer.text.splitlines()))
        found = next((field for field in rows.get(reference, ()) if field.startswith("sha256:")), "none")
        return passes_when(found == digest, digest, found, f"the node does not hold {reference} at the locked digest")

    return judged


def judge_exporter(answer: Answer) -> Opinion:
    """Judge of the number of ``node_…`` metrics that the exporter gives."""
    said = answer.text.strip()
    count = int(said) if said.isdigit() else 0
    return passes_when(count > 0, "metrics", f"{count} metrics", f"the node exporter does not answer: {said[-200:]}")


def _name_and_rest(line: str) -> tuple[str, list[str]]:
    """First word of a line, and the others."""
    name, *rest = line.split() or [""]
    return name, rest


def _difference(name: str, package: Package, found: list[str] | None) -> str | None:
    if not found or found[-1] != "installed":
        return f"{name} is not installed, expected {package.version}"
    return None if found[0] == package.version else f"{name} is {found[0]}, expected {package.version}"


def _base(host: Host, design: Design, lock: Lock) -> Iterable[Question]:
    wanted = packages_for(host.roles, lock)
    held = [name for name, package in wanted.items() if package.held]
    form = "${Package} ${Version} ${db:Status-Want} ${db:Status-Status}\\n"
    query = shlex.join(["dpkg-query", "--show", "--showformat", form, *wanted])
    yield Question("packages.versions", "Package versions equal the lock", query, judge_versions(wanted))
    if held:
        yield Question("packages.held", "Driver and scheduler packages are held", "apt-mark showhold", judge_held(held))
    yield Question(
        "base.ssh",
        "ssh takes keys only",
        "sshd -T",
        contains(
            {"\npasswordauthentication no": "no passwords", "\npermitemptypasswords no": "no empty passwords"},
            "sshd -T",
        ),
    )
    yield Question("base.units", "No unit has failed", "systemctl --failed --no-legend --plain", judge_no_failed_unit)
    if design.target != "local":
        yield _service("chrony", "base.time", "Time is kept by chrony")


def _service(name: str, id_: str = "", title: str = "") -> Question:
    command = f"systemctl is-active {name}.service"
    judged = equals("active", f"see journalctl --unit {name}.service")
    return Question(id_ or f"service.{name}", title or f"{name} runs", command, judged)


def _module_source(lock: Lock) -> Question:
    version = next((p.version for name, p in lock.packages.items() if "kernel" in name and name.endswith("-dkms")), "")
    upstream = version.rpartition("-")[0].rpartition(":")[2]
    return Question(
        "driver.module_source",
        "Source of the driver's kernel module is registered with DKMS",
        "dkms status",
        contains({f"/{upstream}": f"module source {upstream}"}, "dkms status"),
    )


def _cuda(lock: Lock) -> Question:
    name, package = next((n, p) for n, p in lock.packages.items() if n.startswith(("libcudart", "cuda-cudart")))
    version = ".".join(package.version.split(".")[:2])
    code = (
        f'import ctypes, re; ctypes.CDLL("{cuda_library(version)}"); '
        r'print(re.search(r"/libcudart\.so\.(\d+\.\d+)\.", open("/proc/self/maps").read())[1])'
    )
    command = shlex.join(["python3", "-c", code])
    return Question(
        "cuda.runtime",
        f"The CUDA runtime library loads in its release ({name})",
        command,
        equals(version, "wrong library"),
    )


def _containers(lock: Lock) -> Iterable[Question]:
    wanted = {
        'BinaryName = "/usr/bin/nvidia-container-runtime"': "runtime nvidia",
        'config_path = "/etc/containerd/certs.d"': "mirrors",
    }
    if version_order(lock.software.get("containerd", "2")) >= version_order("1.7"):
        wanted["enable_cdi = true"] = "CDI"  # before, NVIDIA's runtime alone brings devices by CDI
    yield Question(
        "containers.toolkit",
        "containerd has NVIDIA's runtime, CDI and the mirrors",
        "containerd config dump",
        contains(wanted, "containerd config dump"),
    )
    if package := lock.packages.get("nvidia-container-toolkit"):
        version = package.version.partition("-")[0]
        command, said = "nvidia-ctk --version", {version: f"version {version}"}
        yield Question("containers.toolkit_version", "NVIDIA's toolkit runs", command, contains(said, command))


def _images(lock: Lock, *, rehearsal: bool) -> Iterable[Question]:
    for number, (reference, image) in enumerate(sorted(lock.images.items())):
        stand_in = image.stand_in and rehearsal
        note = " (stand-in image)" if stand_in else ""
        command = "ctr images list"
        yield Question(
            f"images.digest-{number}",
            f"{reference} is held by digest{note}",
            command,
            judge_image(reference, image.digest),
        )
        yield _container_run(number, reference, note, stand_in=stand_in)


def _container_run(number: int, reference: str, note: str, *, stand_in: bool) -> Question:
    """A stand-in holds one program that says what it stands for; a real image is asked to say a word."""
    word = f"stand-in for {reference}" if stand_in else "accepted"
    command = ["ctr", "run", "--rm", "--cpu-shares", "0", reference, f"rackwright-accept-{number}"]
    if not stand_in:
        command += ["/bin/echo", "accepted"]
    return Question(
        f"containers.run-{number}",
        f"A container from {reference} runs with runc{note}",
        shlex.join(command),
        contains({word: f"output {word!r}"}, "ctr run"),
        timeout_s=CONTAINER_TIMEOUT_S,
    )


def _exporter(host: Host) -> Question:
    url = f"http://{host.address}:{NODE_EXPORTER_PORT}/metrics"
    code = f"import urllib.request; print(urllib.request.urlopen({url!r}, timeout=10).read().count(b'\\nnode_'))"
    return Question(
        "monitoring.exporter", "The node exporter gives metrics", shlex.join(["python3", "-c", code]), judge_exporter
    )


def _munge() -> Question:
    said = {"STATUS:": "an answer", "Success (0)": "success"}
    return Question(
        "munge.round_trip", "munge decodes what it encodes", "munge --no-input | unmunge", contains(said, "unmunge")
    )
