"""The policy pack as the `pulumi` CLI starts it (``--policy-pack policies``): tells its port, then answers."""

import importlib
import sys
from pathlib import Path

# The engine runs this folder as a program, which puts it first on the path; its modules are known as `policies.…` only.
sys.path[0] = str(Path(__file__).resolve().parents[1])

importlib.import_module("policies.server").serve(sys.stdout)
