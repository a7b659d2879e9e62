"""What an audit makes of what is live."""

from __future__ import annotations

from policies.sources.live import live_view
from rackwright.engine.providers.aws.listing import Live
from rackwright.pipeline.judging.audit import documents_of

INSTANCE = "aws:ec2/instance:Instance"


def test_a_node_that_slurm_started_is_nobodys_stranger_and_another_is() -> None:
    tags = {"tags": {"rackwright:stack": "train"}}
    things = [Live(type=INSTANCE, id=name, props=tags, made_by=None) for name in ("i-job", "i-stranger")]
    documents = documents_of(things, {"i-job"})
    view = live_view(documents, [], stack="train", listed=frozenset({INSTANCE}), whole_region=False)
    assert [one.name for one in view.unmanaged] == [f"{INSTANCE}::i-stranger"]
