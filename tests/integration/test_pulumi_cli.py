"""The official engine and the embedded one agree: the same provider, the same program, one state for both.

Needs a ``pulumi`` CLI with its Python language host on PATH. The provider is ours, served as a plug-in; the cloud is
the local AWS API. It runs in a copy of the checkout with a backend of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from rackwright.engine import FileBackend, Options, StackRef, destroy, export_state, import_state, preview, refresh, up
from rackwright.engine.plan import ignore
from rackwright.engine.properties import SIG
from rackwright.engine.providers.aws import AwsProvider
from rackwright.pipeline.program.automation import CliEngine, find_cli

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("rackwright", "infra", "policies", "stacks", "Pulumi.yaml")
STACK = StackRef("rackwright", "local")
PASSPHRASE = "correct horse"
MISSING = [name for name in ("pulumi", "pulumi-language-python") if shutil.which(name) is None]

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(MISSING), reason=f"the official engine is not here: no {' and no '.join(MISSING)} on PATH"),
]

PLUG_IN = """#!{python} -P
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.plugin import serve
serve(AwsProvider())
"""


@dataclass(frozen=True)
class Checkout:
    root: Path
    endpoint: str
    faults: Path

    @property
    def config(self) -> dict[str, str]:
        return {"rackwright:spec": "stacks/local.yaml", "rackwright:endpoint": self.endpoint}

    @property
    def backend(self) -> FileBackend:
        """The folder that the CLI keeps its states in."""
        return FileBackend(self.root / "backend", PASSPHRASE)

    @property
    def embedded(self) -> Options:
        main = self.root / "infra" / "__main__.py"
        return Options(STACK, main, self.backend, {"aws": AwsProvider}, self.config)

    @property
    def cli(self) -> CliEngine:
        found = find_cli()
        assert found is not None
        return CliEngine(self.root, STACK.name, self.config, found, rehearsal=True)

    def pulumi(self, *arguments: str) -> str:
        command = ["pulumi", *arguments, "--stack", STACK.name, "--non-interactive"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, tmp_path / part)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    plug_in = tmp_path / "plug-ins" / "pulumi-resource-aws"
    plug_in.parent.mkdir()
    plug_in.write_text(PLUG_IN.format(python=sys.executable))
    plug_in.chmod(0o755)
    (tmp_path / "backend").mkdir()
    for name, value in {
        "PATH": f"{plug_in.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(tmp_path),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }.items():
        monkeypatch.setenv(name, value)
    faults = tmp_path / "faults.yaml"
    api = [
        sys.executable,
        "-P",
        "-m",
        "rackwright.cloud.aws",
        "--state",
        str(tmp_path / "aws"),
        "--faults",
        str(faults),
    ]
    with subprocess.Popen(api, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stdout is not None
        yield Checkout(tmp_path, f"http://127.0.0.1:{int(running.stdout.readline())}", faults)
        running.terminate()


def test_the_official_engine_carries_the_program_out_with_our_provider(checkout: Checkout) -> None:
    cli = checkout.cli
    planned, _ = cli.preview(ignore)
    expected = preview(checkout.embedded)
    assert {(step.op, step.urn) for step in planned.steps} == {(step.op, step.urn) for step in expected.steps}
    done = cli.up(ignore, frozenset())
    assert done.error() is None
    assert Counter(step.op for step in done.steps) == Counter(step.op for step in expected.steps)
    assert json.loads(str(cli.outputs()["inventory"]))["hosts"]
    assert cli.up(ignore, frozenset()).unchanged
    checkout.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert preview(checkout.embedded).unchanged, "the embedded engine reads the CLI's state in place"
    assert cli.destroy(ignore, frozenset()).error() is None
    assert not cli.deployment().get("resources")
    cli.forget()
    assert "endpoint" not in (checkout.root / "stacks" / "Pulumi.local.yaml").read_text()


def test_a_state_goes_to_the_official_engine_and_back_with_its_secrets(checkout: Checkout) -> None:
    elsewhere = replace(checkout.embedded, backend=FileBackend(checkout.root / "own", PASSPHRASE))
    assert up(elsewhere).error() is None
    exported = checkout.root / "export.json"
    exported.write_text(json.dumps({"version": 3, "deployment": export_state(elsewhere.backend, STACK)}))
    assert SIG in exported.read_text(), "the provider's keys are secret"
    checkout.pulumi("stack", "init")
    checkout.pulumi("stack", "import", "--file", str(exported))
    plan, _ = checkout.cli.preview(ignore)
    assert plan.unchanged
    assert _recorded(checkout.cli.deployment()) == _recorded(export_state(elsewhere.backend, STACK) or {})
    assert preview(checkout.embedded).unchanged
    checkout.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    back = FileBackend(checkout.root / "third", PASSPHRASE)
    import_state(back, STACK, json.loads(checkout.pulumi("stack", "export")))
    assert preview(replace(checkout.embedded, backend=back)).unchanged
    assert refresh(replace(checkout.embedded, backend=back)).unchanged
    assert destroy(replace(checkout.embedded, backend=back)).error() is None


def _recorded(deployment: Any) -> dict[str, tuple[object, ...]]:
    """What both engines must record alike of each resource; secrets have another ciphertext each time."""
    return {
        record["urn"]: (
            record.get("id"),
            record.get("provider"),
            record.get("parent"),
            sorted(record.get("dependencies", ())),
            {key: sorted(urns) for key, urns in record.get("propertyDependencies", {}).items()},
            None if SIG in json.dumps(record) else (record.get("inputs"), record.get("outputs")),
        )
        for record in deployment["resources"]
    }


def test_one_edit_is_the_same_plan_for_both_engines(checkout: Checkout) -> None:
    assert up(checkout.embedded).error() is None
    spec = checkout.root / "stacks" / "local.yaml"
    spec.write_text(spec.read_text().replace("10.40.0.0/16", "10.44.0.0/16").replace("nodes: 2", "nodes: 3"))
    theirs, _ = checkout.cli.preview(ignore)
    ours = preview(checkout.embedded)
    assert not theirs.unchanged
    assert {(step.op, step.urn) for step in theirs.steps} == {(step.op, step.urn) for step in ours.steps}
    assert _replacing(theirs.steps) == _replacing(ours.steps)


def _replacing(steps: Any) -> dict[str, set[str]]:
    return {step.urn: {change.path for change in step.diff if change.replaces} for step in steps}


def test_a_resource_that_fails_is_told_and_the_next_run_finishes(checkout: Checkout) -> None:
    checkout.faults.write_text("faults: [{service: ec2, action: RunInstances, error: InvalidParameterValue, count: 1}]")
    failed = checkout.cli.up(ignore, frozenset())
    problem = failed.error()
    assert problem is not None
    assert problem.exit_code == 4
    assert "InvalidParameterValue" in problem.summary
    assert checkout.cli.up(ignore, frozenset()).error() is None


def test_an_interrupted_update_is_waited_for_and_the_embedded_engine_finishes_it(checkout: Checkout) -> None:
    program = (
        "import sys; from pathlib import Path; from rackwright.pipeline.program.automation import CliEngine, find_cli\n"
        "engine = CliEngine(Path(sys.argv[1]), 'local', {'rackwright:spec': 'stacks/local.yaml',"
        " 'rackwright:endpoint': sys.argv[2]}, find_cli(), rehearsal=True)\n"
        "engine.up(lambda event: None, frozenset())\n"
    )
    command = [sys.executable, "-c", program, str(checkout.root), checkout.endpoint]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=checkout.root)
    state = checkout.backend.path(STACK)
    end = time.monotonic() + 200
    while not (state.exists() and len((checkout.backend.read(STACK) or {}).get("resources", ())) > 20):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate()[1]
    locks = checkout.root / "backend" / ".pulumi" / "locks" / "organization" / "rackwright" / "local"
    assert not list(locks.glob("*.json")), "the CLI has let go of the stack"
    assert up(checkout.embedded).error() is None
    assert preview(checkout.embedded).unchanged


def test_a_remedy_of_the_policy_pack_mends_what_the_official_engine_makes(checkout: Checkout) -> None:
    keys = checkout.root / "infra" / "aws" / "encryption.py"
    assert "enable_key_rotation=True" in keys.read_text()
    keys.write_text(keys.read_text().replace("enable_key_rotation=True", "enable_key_rotation=False"))
    checkout.pulumi("stack", "init")
    for name, value in {**checkout.config, "rackwright:remediate": "true"}.items():
        checkout.pulumi("config", "set", name, value)
    said = checkout.pulumi("up", "--yes", "--skip-preview", "--policy-pack", "policies")
    assert "RW-PKEY" in said, "what was mended is told"
    made = [one for one in checkout.cli.deployment()["resources"] if one["type"] == "aws:kms/key:Key"]
    assert made
    assert {one["inputs"]["enableKeyRotation"] for one in made} == {True}
