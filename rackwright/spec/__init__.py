"""What a person wants: `stacks/<stack>.yaml` as a closed, typed model with places for its mistakes."""

from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.load import find_stack, load_draft, load_spec, parse_draft, parse_spec, refusal, stack_names
from rackwright.spec.salvage import Draft

__all__ = [
    "ClusterSpec",
    "Draft",
    "find_stack",
    "load_draft",
    "load_spec",
    "parse_draft",
    "parse_spec",
    "refusal",
    "stack_names",
]
