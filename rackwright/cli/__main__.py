"""Entry point of ``./rw`` and ``python -m rackwright.cli``."""

import gc
import importlib
import signal
import sys

INTERRUPTED = 130
"""128 + SIGINT, as in `rackwright.cli.errors`, which is not read yet when this is needed."""

OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""New objects after which Python looks for circular waste: some 200 MiB. What a command reads and declares stays to its
end, and by Python's own 700 a third of a preview's time went into looking through it again and again."""


def run() -> int:
    """The exit code of the command line. Reading the program takes a second, in which Ctrl-C must be quiet too.

    SIGTERM, by which a pipeline cancels a job, is taken as Ctrl-C: the run ends in order and leaves its report.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        code: int = importlib.import_module("rackwright.cli.app").main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    finally:
        gc.freeze()  # the end of the process frees everything at once: nothing is looked through one last time
    return code


if __name__ == "__main__":
    sys.exit(run())
