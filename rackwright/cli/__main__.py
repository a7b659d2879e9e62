"""Entry point of ``./rw`` and ``python -m rackwright.cli``."""

import gc
import importlib
import sys

from rackwright.cli.stopping import STOP

OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""New objects after which Python looks for circular waste: some 200 MiB. What a command reads and declares stays to its
end, and by Python's own 700 a third of a preview's time went into looking through it again and again."""


def run() -> int:
    """The exit code of the command line. Reading the program takes a second, in which Ctrl-C must be quiet too."""
    STOP.listen()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        code: int = importlib.import_module("rackwright.cli.app").main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write(f"{STOP.word}\n")
        return STOP.exit_code
    finally:
        gc.freeze()  # the end of the process frees everything at once: nothing is looked through one last time
    return code


if __name__ == "__main__":
    sys.exit(run())
