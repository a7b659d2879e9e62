"""What the policy rules cost, beside checkov on the same resources: ``python -m benchmarks.policy``.

checkov is installed into an environment of its own under .rw/cache (once). CPU seconds are those of the whole process
and of its children; machines are shared, so only they and their ratios mean anything. The last part lists and judges
1,000 live resources on the local AWS API.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import botocore.session

from benchmarks.policy_sample import pulumi_state, terraform_plan
from policies.evaluation import evaluate
from policies.profile import profile_of
from policies.registry import RULES
from policies.sources.live import live_view
from policies.sources.state import resources_of_state
from policies.subjects.document import Document
from rackwright.engine.providers.aws.listing import ReadOnlyCloud, survey
from rackwright.engine.providers.aws.types import TYPES

ROOT = Path(__file__).resolve().parents[1]
CHECKOV = "checkov==3.3.*"
SIZES = (1_000, 10_000, 100_000)
SIDE_BY_SIDE = 1_000
LIVE = 1_000
MIB = 1024
RW = (sys.executable, "-P", "-m", "rackwright.cli")


def run(*command: str | Path, **environment: str) -> tuple[float, float, float, str]:
    """CPU seconds, wall seconds and MiB at peak of a command, and what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | environment
    )
    out = process.stdout.read() if process.stdout else ""
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / MIB, out


def engine() -> None:
    profile = profile_of(("hipaa", "sox"), "phi")
    print(f"{len(RULES)} rules, evaluation alone")
    for size in SIZES:
        resources = resources_of_state(pulumi_state(size))
        started = time.process_time()
        findings = evaluate(RULES, resources, profile=profile)
        seconds = time.process_time() - started
        print(
            f"  {size:>7} resources {seconds:8.2f} s CPU {len(findings):>8} verdicts "
            f"{len(RULES) * size / seconds:>12,.0f} rules x resources/s {len(findings) / seconds:>10,.0f} verdicts/s"
        )


def state_of(folder: Path, size: int) -> Path:
    state = folder / f"state-{size}.json"
    state.write_text(json.dumps(pulumi_state(size)))
    return state


def audit_of(folder: Path, size: int) -> tuple[float, float, float, str]:
    places = {"RW_EVIDENCE": str(folder / "evidence"), "RW_EVIDENCE_KEYS": str(folder / "keys")}
    return run(*RW, "audit", "h100-train", "--state", state_of(folder, size), "--json", **places)


def judge_of(folder: Path, size: int) -> tuple[float, float, float, str]:
    profile = ("--framework", "hipaa", "--framework", "sox", "--classification", "phi")
    return run(*RW, "judge", state_of(folder, size), *profile, "--json")


def checkov_of(folder: Path, size: int, program: Path) -> tuple[float, float, float, str]:
    plan = folder / f"plan-{size}.json"
    plan.write_text(json.dumps(terraform_plan(size)))
    options = ("--framework", "terraform_plan", "--output", "json", "--compact", "--skip-download")
    return run(program, "--file", plan, *options)


def installed_checkov() -> Path:
    home = ROOT / ".rw" / "cache" / "benchmarks" / "checkov"
    if not (home / "bin" / "checkov").exists():
        print(f"installing {CHECKOV} into {home} (once, some minutes)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", CHECKOV], check=True)
    return home / "bin" / "checkov"


def side_by_side(folder: Path, program: Path | None) -> None:
    rows = {
        "rw judge": (judge_of(folder, 1), judge_of(folder, SIDE_BY_SIDE)),
        "rw audit --state": (audit_of(folder, 1), audit_of(folder, SIDE_BY_SIDE)),
    }
    if program is not None:
        rows["checkov"] = (checkov_of(folder, 1, program), checkov_of(folder, SIDE_BY_SIDE, program))
    print(f"the same resources, whole commands: 1 and {SIDE_BY_SIDE}")
    speeds = {}
    for name, (small, large) in rows.items():
        verdicts = counted(large[3])
        speeds[name] = verdicts / max(0.001, large[0] - small[0])
        print(
            f"  {name:18} start-up {small[0]:6.2f} s CPU   {SIDE_BY_SIDE} in {large[0]:6.2f} s CPU, "
            f"{large[1]:6.2f} s wall, {large[2]:5.0f} MiB, {verdicts} verdicts, {speeds[name]:,.0f}/s beyond start-up"
        )
    if program is None:
        return
    theirs = rows["checkov"]
    for name in ("rw judge", "rw audit --state"):
        print(
            f"  {name}: throughput {speeds[name] / speeds['checkov']:.1f} times checkov's (target 20), "
            f"start-up {rows[name][0][0] / theirs[0][0]:.2f} of checkov's (target 0.10)"
        )


def counted(text: str) -> int:
    """Verdicts in the output of either."""
    data: Any = json.loads(text)
    if "findings" in data:
        return len(data["findings"])
    results = data["results"]
    return sum(len(results[name]) for name in ("passed_checks", "failed_checks"))


def pack() -> None:
    cpu, wall, mib, _ = run(sys.executable, "-c", "import policies.registry, policies.evaluation")
    print(f"start of the rules alone (as a policy pack loads them): {cpu:.2f} s CPU, {wall:.2f} s wall, {mib:.0f} MiB")


def ten_thousand(folder: Path) -> None:
    cpu, wall, mib, out = audit_of(folder, 10_000)
    print(f"rw audit --state on 10000: {cpu:.2f} s CPU, {wall:.2f} s wall, {mib:.0f} MiB, {counted(out)} verdicts")


def live(folder: Path) -> None:
    command = [sys.executable, "-m", "rackwright.cloud.aws", "--port", "0", "--state", str(folder / "aws")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        endpoint = f"http://127.0.0.1:{port}"
        furnish(endpoint)
        started, cpu = time.perf_counter(), time.process_time()
        seen = survey(ReadOnlyCloud("us-east-1", endpoint))
        documents = [Document(type=one.type, name=one.id, props={**one.props, "id": one.id}) for one in seen.things]
        view = live_view(documents, [], stack="bench", listed=frozenset(TYPES), whole_region=True)
        found = evaluate(RULES, [*view.resources, *view.unmanaged], profile=profile_of((), "phi"))
        wall, mine = time.perf_counter() - started, time.process_time() - cpu
        print(
            f"live audit of {len(seen.things)} resources: {wall:.1f} s wall, {mine:.1f} s CPU of ours, "
            f"{len(found)} verdicts (target: under 30 s)"
        )
    finally:
        process.kill()
        process.wait()


def furnish(endpoint: str) -> None:
    """`LIVE` resources, half of them networking, the rest storage, keys, roles and logs."""
    session = botocore.session.Session()
    fixed = {"region_name": "us-east-1", "endpoint_url": endpoint}
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    ec2, s3, logs, iam, kms = (
        session.create_client(name, **fixed, **keys) for name in ("ec2", "s3", "logs", "iam", "kms")
    )
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    for index in range(LIVE // 4):
        name = f"bench-{index}"
        group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        )
    for index in range(LIVE // 10):
        name = f"bench-{index}"
        s3.create_bucket(Bucket=name)
        logs.create_log_group(logGroupName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
        kms.create_key(Description=name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-checkov", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Whole commands first: a child's peak of memory counts what its parent held when it was started.
        pack()
        side_by_side(folder, None if chosen.without_checkov else installed_checkov())
        ten_thousand(folder)
        engine()
        live(folder)


if __name__ == "__main__":
    main()
