"""The emulator alone: ``python -m rackwright.cloud.aws --port 0 --state DIR``; prints the chosen port first."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from rackwright.cloud.aws.server import serve
from rackwright.diagnostics import ClusterError

STOP = frozenset({signal.SIGTERM, signal.SIGINT})


def main() -> int:
    """Serve until SIGTERM or SIGINT, then save."""
    asked = _arguments()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)  # before threads start, so that sigwait gets them
    try:
        running = serve(asked.host, asked.port, asked.state, asked.faults)
    except ClusterError as problem:
        sys.stderr.write(f"error {problem.summary}\n" + (f"  try  {problem.hint}\n" if problem.hint else ""))
        return problem.exit_code
    sys.stdout.write(f"{running.port}\n")
    sys.stdout.flush()
    signal.sigwait(STOP)
    running.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rackwright.cloud.aws", description="The local cloud's AWS API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--state", type=Path, required=True, help="folder for the state; its files are secret")
    parser.add_argument("--faults", type=Path, help="fault plan (YAML)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
