"""``python3 -m rackwright.elastic resume|suspend|fail <host list>``, or ``retry``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from subprocess import SubprocessError

from rackwright.elastic import slurm
from rackwright.elastic.program import Power
from rackwright.elastic.settings import PATH, read_settings
from rackwright.elastic.wire import Refused

USAGE = "usage: python3 -m rackwright.elastic {resume|suspend|fail} HOSTLIST | retry"
HOSTS_OF = {"resume": 1, "suspend": 1, "fail": 1, "retry": 0}
"""Host lists that a verb takes."""
BAD_INPUT, FAILED = 2, 4
"""Exit codes, as everywhere in Rackwright. Slurm only logs them: a node that failed is told to it by name."""


def main(arguments: list[str], path: Path = PATH) -> int:
    """Do what slurmctld asks; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    verb, hosts = (arguments[:1] or [""])[0], arguments[1:]
    if len(hosts) != HOSTS_OF.get(verb):
        sys.stderr.write(f"{USAGE}\n")
        return BAD_INPUT
    try:
        return _do(Power(read_settings(path)), arguments)
    except (OSError, ValueError, TypeError, SubprocessError, Refused) as error:
        logging.getLogger("slurm-power").critical("%s: %s", " ".join(arguments), error)
        return FAILED


def _do(power: Power, arguments: list[str]) -> int:
    if arguments[0] == "retry":
        power.retry()
        return 0
    nodes = slurm.names_of(arguments[1])
    if arguments[0] in {"suspend", "fail"}:
        stop = power.fail if arguments[0] == "fail" else power.suspend
        stop(nodes)
        return 0
    return FAILED if any(outcome.code for outcome in power.resume(nodes)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
