"""Rows of ``benchmarks/hosts.py`` without machines: the controller's part of a pull with nodes that are played."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from benchmarks.hosts_rows import Row, measured
from rackwright.configure import ConfigureResult
from rackwright.configure.pull import Collector, collect
from rackwright.pipeline.nodes.node_store import NodeStore

PHASES = ("Validate", "Base", "Driver", "Runtime", "Scheduler", "Monitoring")
WRITER = """
import json, sys, time, boto3
client = boto3.client("s3", "us-east-1", endpoint_url=sys.argv[1], aws_access_key_id="x", aws_secret_access_key="y")
count, digest = int(sys.argv[2]), sys.argv[3]
for phase in sys.argv[4].split(","):
    for number in range(count):
        said = {"instance_id": f"i-{number}", "digest": digest, "status": "running", "phase": phase}
        client.put_object(Bucket="bench", Key=f"reports/i-{number}.json", Body=json.dumps(said).encode())
    time.sleep(1)
for number in range(count):
    said = {"instance_id": f"i-{number}", "digest": digest, "status": "configured", "ok": 100}
    client.put_object(Bucket="bench", Key=f"reports/i-{number}.json", Body=json.dumps(said).encode())
"""


def played_rows(count: int) -> Generator[Row]:
    """The controller's part of a pull with `count` nodes whose reports a process writes."""
    with tempfile.TemporaryDirectory(prefix="rw-bench-") as folder, emulated_aws(folder) as endpoint:
        store = NodeStore("bench", "us-east-1", endpoint)
        names = {f"i-{number}": f"n-{number}" for number in range(count)}
        writer = [sys.executable, "-c", WRITER, endpoint, str(count), "d", ",".join(PHASES)]
        with subprocess.Popen(writer):

            def work() -> ConfigureResult:
                collector = Collector(store, "d", names)
                collector.begin()
                return collect(collector, lambda _: None, timeout_s=600, log=Path(folder) / "log")

            yield measured(f"pull, {count} played nodes", count, work)


@contextmanager
def emulated_aws(folder: str) -> Iterator[str]:
    """Address of an AWS with a bucket named ``bench``."""
    command = [sys.executable, "-m", "rackwright.cloud.aws", "--port", "0", "--state", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as cloud:
        try:
            endpoint = f"http://127.0.0.1:{(cloud.stdout.readline() if cloud.stdout else '').strip()}"
            keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            boto3.client("s3", "us-east-1", endpoint_url=endpoint, **keys).create_bucket(Bucket="bench")
            yield endpoint
        finally:
            cloud.kill()
