"""Programs that roles put on nodes, as modules."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from rackwright.configure.runner import PLAYBOOKS


def program(role: str, name: str) -> ModuleType:
    """The program `name` of `role`, which its template holds word by word."""
    text = PLAYBOOKS / "roles" / role / "templates" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{role}_{name}", text)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
