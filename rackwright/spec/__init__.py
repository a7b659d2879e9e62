"""What a person wants: `stacks/<stack>.yaml` as a closed, typed model with places for its mistakes."""

from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.load import find_stack, load_spec, parse_spec, refusal, stack_names

__all__ = ["ClusterSpec", "find_stack", "load_spec", "parse_spec", "refusal", "stack_names"]
