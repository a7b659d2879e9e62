"""What is asked of a Kubernetes API, page by page, and what a refusal becomes."""

from collections.abc import Mapping
from typing import Any

from policies.rule import UNKNOWN
from policies.sources.kubernetes import Refused, kubernetes_resources

POD, ROLE = "kubernetes:core/v1:Pod", "kubernetes:rbac.authorization.k8s.io/v1:Role"
SECRET = "kubernetes:core/v1:Secret"
JUDGED = (POD, ROLE, SECRET, "aws:s3/bucket:Bucket")


def listable(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "verbs": ["get", "list"]}


class Api:
    """A Kubernetes API from memory: answers by path, lists in pages of two."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.asked: list[str] = []
        groups = [{"preferredVersion": {"groupVersion": "rbac.authorization.k8s.io/v1"}}]
        self.answers = {
            "/api/v1": {
                "resources": [listable("Pod", "pods"), listable("Secret", "secrets"), listable("Event", "events")]
            },
            "/apis": {"groups": groups},
            "/apis/rbac.authorization.k8s.io/v1": {"resources": [listable("Role", "roles")]},
            **answers,
        }

    def get(self, path: str, **query: str) -> Mapping[str, Any] | Refused:
        self.asked.append(path)
        answer = self.answers.get(path, {"items": []})
        if not isinstance(answer, list):
            return answer
        start = int(query.get("continue", 0))
        following = str(start + 2) if start + 2 < len(answer) else ""
        return {"items": answer[start : start + 2], "metadata": {"continue": following}}


def pod(name: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "team", **more}, "spec": {"containers": []}}


def found(api: Api, kind: str) -> list[str]:
    return [one.name for one in kubernetes_resources(api, JUDGED) if one.type == kind]


def test_every_page_is_read() -> None:
    api = Api({"/api/v1/pods": [pod(f"p{index}") for index in range(5)]})
    assert found(api, POD) == [f"team/p{index}" for index in range(5)]


def test_only_what_rules_judge_is_asked_for() -> None:
    api = Api({})
    kubernetes_resources(api, JUDGED)
    assert "/api/v1/events" not in api.asked


def test_what_a_controller_made_is_judged_at_the_controller() -> None:
    owner = {"ownerReferences": [{"kind": "DaemonSet", "name": "gpu", "controller": True}]}
    assert found(Api({"/api/v1/pods": [pod("mine"), pod("made", **owner)]}), POD) == ["team/mine"]


def test_a_refusal_is_unknown_with_its_reason() -> None:
    api = Api({"/api/v1/pods": Refused("no permission to get /api/v1/pods")})
    (one,) = [each for each in kubernetes_resources(api, JUDGED) if each.type == POD]
    assert one.props["spec"] is UNKNOWN
    assert "no permission" in one.why_unknown("spec")


def test_values_of_secrets_are_left_out() -> None:
    secret = {"metadata": {"name": "s", "namespace": "team"}, "data": {"password": "aHVudGVyMg=="}}
    (one,) = [each for each in kubernetes_resources(Api({"/api/v1/secrets": [secret]}), JUDGED) if each.type == SECRET]
    assert one.props["data"] is UNKNOWN
    assert "aHVudGVyMg" not in repr(one)


def test_the_control_plane_is_known_by_its_processes_and_kubelets_by_their_configuration() -> None:
    command = ["kube-apiserver", "--anonymous-auth=false", "--profiling", "false"]
    server = {"metadata": {"name": "kube-apiserver-a"}, "spec": {"containers": [{"command": command}]}}
    nodes = [{"metadata": {"name": "gpu-1"}}, {"metadata": {"name": "gpu-2"}}]
    configuration = {"kubeletconfig": {"readOnlyPort": 0}}
    api = Api(
        {
            "/api/v1/namespaces/kube-system/pods": [server],
            "/api/v1/nodes": nodes,
            "/api/v1/nodes/gpu-1/proxy/configz": configuration,
            "/api/v1/nodes/gpu-2/proxy/configz": Refused("HTTP 503"),
        }
    )
    resources = {one.name: one for one in kubernetes_resources(api, JUDGED)}
    assert resources["kube-apiserver-a/kube-apiserver"].value("flags.anonymous-auth") == "false"
    assert resources["gpu-1"].value("config.readOnlyPort") == 0
    assert resources["gpu-2"].props["config"] is UNKNOWN


def test_where_the_api_does_not_say_what_it_has_everything_judged_is_unknown() -> None:
    resources = kubernetes_resources(Api({"/api/v1": Refused("HTTP 401")}), JUDGED)
    unknown = {one.type: one.why_unknown("metadata") for one in resources if one.name.startswith("every ")}
    assert set(unknown) == {POD, SECRET}
    assert all("HTTP 401" in why for why in unknown.values())
