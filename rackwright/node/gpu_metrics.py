"""How busy the GPUs of this node are, for CloudWatch: one figure for each GPU, with the role of the instance.

Reads /etc/rackwright/gpu-metrics.json. A GPU works in bursts, so it is looked at several times and the highest figure
counts. A GPU that MIG divides has no figure of its own: it is at work while a process is on any GPU of the node.
Sources: nvidia-smi(1), "utilization.gpu"; Amazon CloudWatch API Reference, "PutMetricData", read 2026-11-21.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from rackwright.node import fetch

SETTINGS = Path("/etc/rackwright/gpu-metrics.json")
LOOKS, PAUSE_S = 10, 2.0
"""Looks of one run and the time between them (our choice)."""
API_VERSION = "2010-08-01"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
AT_WORK = 100.0


def utilisations(said: str) -> list[float | None]:
    """Percent of each GPU from nvidia-smi's lines; None where it has no figure."""
    words = [line.strip() for line in said.splitlines() if line.strip()]
    return [float(word) if word.replace(".", "", 1).isdigit() else None for word in words]


def busiest(looks: Sequence[Sequence[float | None]], processes: int) -> list[float]:
    """Highest percent of each GPU over all `looks`; without any figure, whether `processes` are there."""
    found = []
    for figures in zip(*looks, strict=True):
        known = [figure for figure in figures if figure is not None]
        found.append(max(known) if known else (AT_WORK if processes else 0.0))
    return found


def form_of(settings: Mapping[str, str], values: Sequence[float]) -> bytes:
    """The call's body: one metric of the pool with a value for each GPU."""
    metric = "MetricData.member.1"
    pairs = {
        "Action": "PutMetricData",
        "Version": API_VERSION,
        "Namespace": settings["namespace"],
        f"{metric}.MetricName": settings["metric"],
        f"{metric}.Unit": "Percent",
    }
    for number, name in enumerate(("Cluster", "Pool"), 1):
        pairs[f"{metric}.Dimensions.member.{number}.Name"] = name
        pairs[f"{metric}.Dimensions.member.{number}.Value"] = settings[name.lower()]
    pairs |= {f"{metric}.Values.member.{number}": f"{value:g}" for number, value in enumerate(values, 1)}
    return urlencode(pairs).encode()


def query(*words: str) -> str:
    """What nvidia-smi says; RuntimeError with its complaint."""
    command = ["nvidia-smi", *words, "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"nvidia-smi: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def look() -> list[float]:
    """Percent of each GPU of this node."""
    looks = []
    for number in range(LOOKS):
        time.sleep(PAUSE_S if number else 0.0)
        looks.append(utilisations(query("--query-gpu=utilization.gpu")))
    return busiest(looks, len(query("--query-compute-apps=pid").split()))


def send(settings: Mapping[str, str], values: Sequence[float]) -> None:
    """Give `values` to CloudWatch; OSError when it takes them not."""
    body, region = form_of(settings, values), settings["region"]
    domain = f"amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
    base = settings.get("endpoint") or f"https://monitoring.{region}.{domain}"
    keys = fetch.Cloud({"metadata": settings.get("metadata", "")}).keys()
    headers = {"host": urlsplit(base).netloc, "content-type": FORM}
    fetch.ask(
        base, "/", fetch.sign("POST", "/", headers, body, keys, region, "monitoring", time.gmtime()), "POST", body
    )


def main() -> int:
    """Look and send; the exit status says whether CloudWatch has the figures."""
    settings: dict[str, str] = json.loads(SETTINGS.read_text())
    try:
        values = look()
        send(settings, values)
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as problem:
        fetch.say(f"no figures: {problem}")
        return 1
    fetch.say(f"{len(values)} GPUs, the busiest at {max(values, default=0.0):g} percent")
    return 0


if __name__ == "__main__":
    sys.exit(main())
