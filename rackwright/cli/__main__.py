"""Entry point of ``./rw`` and ``python -m rackwright.cli``."""

import importlib
import signal
import sys

INTERRUPTED = 130
"""128 + SIGINT, as in `rackwright.cli.errors`, which is not read yet when this is needed."""


def run() -> int:
    """The exit code of the command line. Reading the program takes a second, in which Ctrl-C must be quiet too.

    SIGTERM, by which a pipeline cancels a job, is taken as Ctrl-C: the run ends in order and leaves its report.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = importlib.import_module("rackwright.cli.app").main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(run())
