"""Where no machine can run, the AWS API still does, and the status says why there are no machines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.cloud, pytest.mark.slow]

PROGRAM = """
import sys; from pathlib import Path
from rackwright.cloud.capability import missing_packages
from rackwright.cloud.local import LocalCloud; from rackwright.cloud.settings import CloudSettings
root = Path(sys.argv[1])
cloud = LocalCloud(CloudSettings(root / "cloud", root / "cache", "10.94.0.0/24", aws_port=0))
try:
    status = cloud.up(lambda _: None)
    print(status.running, status.endpoint.startswith("http://127.0.0.1:"), status.not_rehearsed_reason)
    print(missing_packages(), cloud.wait_for_machines(["i-1"], 5, lambda _: None), status.machines)
finally:
    print(cloud.down(on_progress=lambda _: None), cloud.down(on_progress=lambda _: None), (root / "cloud").exists())
"""


def test_in_a_container_the_api_runs_alone_and_goes_without_a_trace(tmp_path: Path) -> None:
    without_mounts = (
        ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"] if os.geteuid() == 0 else []
    )
    done = subprocess.run(
        [*without_mounts, sys.executable, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert first.startswith("True True m"), "machines need root, or mounts cannot be made"
    assert second == "() () ()"
    assert third == "True False False"
