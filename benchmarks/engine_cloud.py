"""The embedded engine against the local cloud, and beside it terraform where its program and AWS provider are found.

    python -m benchmarks.engine_cloud [SIZES…] [--stack SPEC] [--plugins FOLDER] [--skip-terraform]

Sizes count resources: of seven, four are security group rules, one is a launch template and two are buckets, all in one
VPC. The comparison has 200 rules, 50 templates and 100 buckets; the configuration for terraform is in
`engine_cloud.tf`. Both start from an empty cloud of their own. FOLDER is a provider mirror as ``terraform init
-plugin-dir`` takes it. SPEC is a stack file, whose whole program is measured too. Times of a machine that does other
things too are worth little: see the load that is printed.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi
import pulumi_aws as aws
from rich.console import Console
from rich.table import Table

from benchmarks.kills import make_deletable
from rackwright.cli.__main__ import OBJECTS_BETWEEN_COLLECTIONS
from rackwright.engine import FileBackend, Options, StackRef, destroy, preview, refresh, up
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.aws.cloud import Cloud

ROOT = Path(__file__).resolve().parents[1]
SIZES = (50, 500, 2000)
COMPARED = (200, 50, 100)
"""Rules, templates and buckets of the comparison."""
RULES_PER_GROUP = 50
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    """One measured action."""

    who: str
    what: str
    resources: int
    wall_s: float
    cpu_s: float
    """Processor time of whoever acts; the emulator's is apart."""
    cloud_cpu_s: float
    calls: int | None
    """API calls; None where they are not counted."""
    memory_mib: float
    """Peak so far."""


@dataclass(frozen=True)
class Emulated:
    """A local cloud of its own."""

    process: subprocess.Popen[str]
    endpoint: str

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def local_cloud(folder: Path) -> Iterator[Emulated]:
    command = [sys.executable, "-m", "rackwright.cloud.aws", "--port", "0", "--state", str(folder / "aws")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield Emulated(process, f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


def program(rules: int, templates: int, buckets: int, endpoint: str) -> None:
    """The same as `engine_cloud.tf`."""
    provider = aws.Provider(
        "local",
        region="us-east-1",
        access_key="test",
        secret_key="test",
        endpoints=[aws.ProviderEndpointArgs(ec2=endpoint, s3=endpoint, sts=endpoint)],
    )
    opts = pulumi.ResourceOptions(provider=provider)
    vpc = aws.ec2.Vpc("bench", cidr_block="10.0.0.0/16", opts=opts)
    groups = [
        aws.ec2.SecurityGroup(f"group-{n}", name=f"group-{n}", description="bench", vpc_id=vpc.id, opts=opts)
        for n in range(groups_for(rules))
    ]
    for n in range(rules):
        aws.vpc.SecurityGroupIngressRule(
            f"rule-{n}",
            security_group_id=groups[n // RULES_PER_GROUP].id,
            ip_protocol="tcp",
            from_port=1000 + n,
            to_port=1000 + n,
            cidr_ipv4="10.0.0.0/16",
            opts=opts,
        )
    for n in range(templates):
        aws.ec2.LaunchTemplate(
            f"template-{n}",
            name=f"template-{n}",
            instance_type="p5.48xlarge",
            image_id="ami-0123456789abcdef0",
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(http_tokens="required"),
            opts=opts,
        )
    for n in range(buckets):
        aws.s3.Bucket(f"bucket-{n}", bucket=f"bench-bucket-{n}", opts=opts)


def groups_for(rules: int) -> int:
    """Security groups for `rules`; AWS takes no more than 60 in one."""
    return -(-rules // RULES_PER_GROUP)


class Counted:
    """How often the provider called AWS."""

    def __init__(self) -> None:
        self.calls = 0
        self._plain = Cloud.call

    def __enter__(self) -> Counted:
        def call(cloud: Cloud, service: str, operation: str, **params: object) -> dict[str, object]:
            self.calls += 1
            return self._plain(cloud, service, operation, **params)

        Cloud.call = call
        return self

    def __exit__(self, *_: object) -> None:
        Cloud.call = self._plain


ACTIONS: tuple[tuple[str, Callable[[Options], object]], ...] = (
    *(("preview", preview), ("apply", up), ("no change: preview", preview), ("no change: apply", up)),
    *(("refresh", refresh), ("destroy", destroy)),
)


def ours(rules: int, templates: int, buckets: int) -> list[Row]:
    """Preview, apply, no change, refresh and destroy by the embedded engine."""
    count = rules + templates + buckets + groups_for(rules) + 2
    with tempfile.TemporaryDirectory() as name, local_cloud(Path(name)) as cloud:
        options = Options(
            stack=StackRef("bench", "bench"),
            program=lambda: program(rules, templates, buckets, cloud.endpoint),
            backend=FileBackend(Path(name), "benchmark"),
            providers={"aws": AwsProvider},
        )
        return [_timed(what, count, cloud, options, work) for what, work in ACTIONS]


def whole_stack(spec: str) -> list[Row]:
    """The same of a whole stack, by its own program; the first row bears the imports of the SDK."""
    with tempfile.TemporaryDirectory() as name, local_cloud(Path(name)) as cloud:
        options = Options(
            stack=StackRef("rackwright", Path(spec).stem),
            program=ROOT / "infra" / "__main__.py",
            backend=FileBackend(Path(name), "benchmark"),
            providers={"aws": AwsProvider},
            config={"rackwright:spec": spec, "rackwright:endpoint": cloud.endpoint},
            unprotect=True,
        )
        rows = [_timed(what, 0, cloud, options, work) for what, work in ACTIONS[:-1]]
        count = len(options.backend.load(options.stack).snapshot.resources)
        make_deletable(cloud.endpoint)
        rows.append(_timed("destroy", count, cloud, options, destroy))
        return [replace(row, resources=count) for row in rows]


def _timed(what: str, count: int, cloud: Emulated, options: Options, work: Callable[[Options], object]) -> Row:
    wall, cpu, theirs = time.monotonic(), time.process_time(), cloud.cpu_s
    with Counted() as counted:
        outcome = work(options)
    failed = getattr(outcome, "failed", ())
    if failed:
        raise RuntimeError(failed[0].message)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = (time.monotonic() - wall, time.process_time() - cpu, cloud.cpu_s - theirs)
    return Row("rackwright", what, count, *seconds, counted.calls, peak)


def terraforms(program_: str, plugins: str) -> list[Row]:
    """The same actions by terraform."""
    rules, templates, buckets = COMPARED
    with tempfile.TemporaryDirectory() as name, local_cloud(Path(name)) as cloud:
        folder = Path(name) / "tf"
        folder.mkdir()
        shutil.copy(Path(__file__).with_name("engine_cloud.tf"), folder / "main.tf")
        sizes = {"rules": rules, "templates": templates, "buckets": buckets, "endpoint": cloud.endpoint}
        given = {f"TF_VAR_{key}": str(value) for key, value in sizes.items()}
        environment = {**os.environ, **given, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}

        def run(*arguments: str) -> None:
            command = [program_, f"-chdir={folder}", *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])

        run("init", "-input=false", f"-plugin-dir={plugins}")
        count = sum(COMPARED) + groups_for(rules) + 1
        actions = {
            "preview": ("plan", "-input=false"),
            "apply": ("apply", "-input=false", "-auto-approve"),
            "no change: preview": ("plan", "-input=false"),
            "no change: apply": ("apply", "-input=false", "-auto-approve"),
            "destroy": ("destroy", "-input=false", "-auto-approve"),
        }
        return [_terraform(what, count, cloud, lambda a=arguments: run(*a)) for what, arguments in actions.items()]


def _terraform(what: str, count: int, cloud: Emulated, work: Callable[[], None]) -> Row:
    before, wall, theirs = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), cloud.cpu_s
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Row(
        "terraform", what, count, time.monotonic() - wall, cpu, cloud.cpu_s - theirs, None, after.ru_maxrss / 1024
    )


def found_terraform(plugins: str | None) -> tuple[str, str] | str:
    """The program and its provider mirror, or why there is no comparison."""
    program_ = shutil.which("terraform")
    if program_ is None:
        return "no terraform on PATH"
    if plugins is None or not any(Path(plugins).rglob("terraform-provider-aws*")):
        return "no AWS provider for terraform: name a mirror with --plugins"
    return program_, plugins


def show(title: str, rows: list[Row]) -> None:
    table = Table("resources", "who", "what", "wall s", "CPU s", "cloud CPU s", "API calls", "peak MiB", title=title)
    for row in rows:
        numbers = (f"{row.wall_s:.2f}", f"{row.cpu_s:.2f}", f"{row.cloud_cpu_s:.2f}")
        calls = "-" if row.calls is None else str(row.calls)
        table.add_row(str(row.resources), row.who, row.what, *numbers, calls, f"{row.memory_mib:.0f}")
    Console(width=120).print(table)


def ratios(mine: list[Row], theirs: list[Row]) -> Iterator[str]:
    """Our wall time over terraform's; below 1 we are faster."""
    by_what = {row.what: row for row in mine}
    for row in theirs:
        own = by_what[row.what]
        yield f"{row.what}: wall {own.wall_s / row.wall_s:.2f}, CPU {own.cpu_s / row.cpu_s:.2f} of terraform's"


def main() -> int:
    parser = argparse.ArgumentParser(description="The embedded engine against the local cloud.")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="0: none")
    parser.add_argument("--stack", help="a stack file to measure as well")
    parser.add_argument("--plugins", help="folder of terraform providers")
    parser.add_argument("--skip-terraform", action="store_true")
    asked = parser.parse_args()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    Console().print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for size in filter(None, asked.sizes):
        show("local cloud", ours(*(max(1, size * part // 7) for part in (4, 1, 2))))
    if asked.stack:
        show(asked.stack, whole_stack(asked.stack))
    found = "left out" if asked.skip_terraform else found_terraform(asked.plugins)
    if isinstance(found, str):
        Console().print(f"no comparison with terraform: {found}")
        return 0
    mine, theirs = ours(*COMPARED), terraforms(*found)
    show("comparison", [*mine, *theirs])
    for line in ratios(mine, theirs):
        Console().print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
