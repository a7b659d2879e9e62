"""``python3 hostfacts.pyz NAME ROLE PATH...``: prints the document of this machine as one line of JSON."""

from __future__ import annotations

import json
import sys

from rackwright.hostfacts.collect import collect

sys.stdout.write(json.dumps(collect(sys.argv[1], sys.argv[2], sys.argv[3:]), sort_keys=True) + "\n")
