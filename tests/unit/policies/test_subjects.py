from __future__ import annotations

import json
from pathlib import Path

import pytest

from policies.rule import UNKNOWN, Unknown
from policies.subjects import host, kubernetes
from policies.subjects.check import mistakes
from policies.subjects.document import Document, read_documents, resource_of, urn_of
from policies.subjects.reference import render_subjects

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "policy-subjects.md"


def test_page_of_the_subjects_is_current() -> None:
    assert PAGE.read_text() == render_subjects(), "run: ./rw docs"


def test_what_a_collector_could_not_read_is_unknown_and_says_why() -> None:
    document = Document(type="t", name="n", props={"a": {"b.c": [1, 2]}}, unread={"/a/b.c/1": "denied", "/z/y": "no"})
    resource = resource_of(document)
    assert resource.props == {"a": {"b.c": [1, UNKNOWN]}, "z": {"y": UNKNOWN}}
    with pytest.raises(Unknown):
        resource.value("z.y")
    assert resource.why_unknown("z.y") == "`z.y` could not be read: no"
    assert "not collected" in resource.why_unknown("zz")


def test_of_a_thing_that_could_not_be_read_nothing_is_known() -> None:
    (machine,) = host.resources_of_host(Document(type=host.MACHINE, name="n", props={}, unread={"": "unreachable"}))
    with pytest.raises(Unknown):
        machine.value("sshd")
    assert machine.props.get("sshd") is UNKNOWN
    assert machine.why_unknown("sshd").endswith("unreachable")


def test_a_host_is_split_into_the_machine_and_the_parts_that_it_has() -> None:
    props = {
        "role": "gpu",
        "gpus": {"driver": "580.95.05"},
        "components": [{"name": "etcd", "arguments": ["--client-cert-auth", "--data-dir", "/x"]}],
    }
    found = {each.type: each for each in host.resources_of_host(Document(type=host.MACHINE, name="n", props=props))}
    assert found.keys() == {host.MACHINE, host.GPUS, "kubernetes:component:Etcd"}
    assert found[host.MACHINE].props["sshd"] is UNKNOWN, "a section that is missing was not read"
    assert found["kubernetes:component:Etcd"].props["flags"] == {"client-cert-auth": "true", "data-dir": "/x"}


def test_a_part_that_could_not_be_read_is_judged_as_unknown_and_not_left_out() -> None:
    document = Document(type=host.MACHINE, name="n", props={}, unread={"/gpus": "no nvidia-smi"})
    gpus = next(each for each in host.resources_of_host(document) if each.type == host.GPUS)
    assert gpus.props.get("driver") is UNKNOWN
    assert gpus.why_unknown("driver").endswith("no nvidia-smi")


def test_values_of_secrets_never_enter_a_document_and_pods_of_controllers_are_left_out() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"}, "data": {"k": "aHVu"}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "ownerReferences": [{"controller": True, "kind": "DaemonSet"}]},
    }
    (document,) = kubernetes.documents_of_objects([secret, pod])
    assert "aHVu" not in json.dumps(document)
    assert (document["type"], document["name"]) == ("kubernetes:core/v1:Secret", "a/s")
    assert resource_of(document).props["data"] is UNKNOWN


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (["--profiling"], {"profiling": "true"}),
        (["--a=1", "--a=2", "-v", "4", "x"], {"a": "2", "v": "4"}),
        (["--a", "--b"], {"a": "true", "b": "true"}),
    ],
)
def test_flags_are_read_as_the_programs_read_them(arguments, flags) -> None:
    assert kubernetes.flags_of(arguments) == flags


def test_documents_are_read_line_by_line_and_a_bad_line_is_named() -> None:
    line = '{"type": "t", "name": "n", "props": {}}'
    assert [each["name"] for each in read_documents([line, "", line])] == ["n", "n"]
    with pytest.raises(ValueError, match="line 2"):
        read_documents([line, '{"type": "t"}'])


def test_a_collector_is_told_of_properties_that_rules_do_not_know_and_of_those_that_it_forgot() -> None:
    props = {"name": "x", "driver": 5}
    found = mistakes(Document(type=host.GPUS, name="n", props=props, unread={"/devices": "slow"}))
    assert any(each.startswith("name:") for each in found)
    assert any(each.startswith("driver:") for each in found)
    assert not any(each.startswith("devices:") for each in found)
    nested = mistakes(Document(type=host.MACHINE, name="n", props={"gpus": {"driver": "5"}}))
    assert any(each.startswith("gpus.") for each in nested)


def test_the_urn_of_an_observed_thing_has_type_and_name_where_a_stack_s_has_them() -> None:
    assert urn_of("a:b/c:D", "n").rpartition("::")[2] == "n"
