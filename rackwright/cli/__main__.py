"""Entry point of ``./rw`` and ``python -m rackwright.cli``."""

import sys

from rackwright.cli.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
