"""A live account beside the record: what is in scope, what nobody recorded, what is gone, what could not be seen."""

from hypothesis import given
from hypothesis import strategies as st

from policies.rule import UNKNOWN, Resource
from policies.sources.live import MADE_BY, LiveView, live_view
from policies.subjects.document import Document

GROUP, RULE, BUCKET = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/rule:Rule", "aws:s3/bucket:Bucket"
LISTED = frozenset({GROUP, RULE, BUCKET})


def thing(kind: str, id_: str, **props: object) -> Document:
    return Document(type=kind, name=id_, props={"id": id_, **props})


def unseen(kind: str, name: str, why: str) -> Document:
    return Document(type=kind, name=name, props={}, unread={"": why})


def recorded(kind: str, id_: str, **links: tuple[str, ...]) -> Resource:
    return Resource(f"urn:pulumi:s::p::{kind}::my-{id_}", kind, f"my-{id_}", {"id": id_, "old": True}, links)


def seen(documents: list[Document], state: list[Resource], *, whole: bool = False) -> LiveView:
    return live_view(documents, state, stack="demo", listed=LISTED, whole_region=whole)


def test_a_recorded_thing_keeps_its_name_and_links_and_shows_what_is_there_now() -> None:
    view = seen([thing(GROUP, "sg-1", open=True)], [recorded(GROUP, "sg-1", vpcId=("urn",))])
    (one,) = view.resources
    assert (one.name, one.props, one.property_dependencies) == (
        "my-sg-1",
        {"id": "sg-1", "open": True},
        {"vpcId": ("urn",)},
    )
    assert view.unmanaged == view.gone == ()


def test_what_points_to_the_stack_or_carries_its_tag_is_the_stacks() -> None:
    documents = [
        thing(GROUP, "sg-1"),
        thing(RULE, "sgr-1", securityGroupId="sg-1"),
        thing(BUCKET, "ours", tags={"rackwright:stack": "demo"}),
        thing(BUCKET, "theirs", tags={"rackwright:stack": "other"}),
    ]
    view = seen(documents, [recorded(GROUP, "sg-1")])
    assert {one.props["id"] for one in view.resources} == {"sg-1", "sgr-1", "ours"}
    assert {one.props["id"]: one.props["claimed"] for one in view.unmanaged} == {
        "sgr-1": True,
        "ours": True,
        "theirs": False,
    }
    whole = seen(documents, [recorded(GROUP, "sg-1")], whole=True)
    assert {one.props["id"] for one in whole.resources} == {"sg-1", "sgr-1", "ours", "theirs"}


def test_settings_called_like_the_region_or_the_account_claim_nothing() -> None:
    state = [recorded(BUCKET, "us-east-1"), recorded(BUCKET, "123456789012"), recorded(BUCKET, "default")]
    documents = [thing(GROUP, "sg-9", region="us-east-1", ownerId="123456789012", tenancy="default")]
    assert [one.props["id"] for one in seen(documents, state).resources] == []


def test_what_is_recorded_and_not_there_is_gone_unless_it_could_not_be_looked_for() -> None:
    state = [recorded(GROUP, "sg-1"), recorded(BUCKET, "b"), recorded("aws:x/y:Z", "z"), recorded(RULE, "recorded-1")]
    view = seen([unseen(BUCKET, "every bucket", "no permission")], state)
    assert [one.props["id"] for one in view.gone] == ["sg-1"]
    assert {one.props.get("id") for one in view.resources if one.type != BUCKET} == {"z", "recorded-1"}
    (bucket,) = [one for one in view.resources if one.type == BUCKET]
    assert bucket.props["tags"] is UNKNOWN
    assert "no permission" in bucket.why_unknown("tags")


def test_what_aws_makes_for_others_is_nobodys_omission() -> None:
    view = seen([thing(GROUP, "sg-1"), thing(RULE, "i-1", **{MADE_BY: "group"})], [recorded(GROUP, "sg-1")])
    assert view.unmanaged == ()


@given(st.lists(st.tuples(st.sampled_from([GROUP, RULE, BUCKET]), st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_each_thing_is_judged_once_and_is_either_recorded_or_unmanaged(things: list[tuple[str, int, int]]) -> None:
    unique = {(kind, f"x-{own}"): thing(kind, f"x-{own}", other=f"x-{other}") for kind, own, other in things}
    state = [recorded(kind, id_) for index, (kind, id_) in enumerate(unique) if index % 2]
    view = seen(list(unique.values()), state, whole=True)
    keys = [(one.type, one.props["id"]) for one in view.resources]
    assert sorted(keys) == sorted(unique)
    known = {(one.type, one.props["id"]) for one in state}
    assert {(one.props["type"], one.props["id"]) for one in view.unmanaged} == set(unique) - known
