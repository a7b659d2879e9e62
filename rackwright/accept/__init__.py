"""Acceptance: checks that prove a configured cluster, with honest floors. Main type: `rackwright.outcome.Check`.

Questions and judges are pure; `accept` asks over ssh. What needs a physical GPU or fabric is reported as not evaluated.
"""

from rackwright.accept.runner import accept

__all__ = ["accept"]
