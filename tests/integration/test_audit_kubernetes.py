"""The audit of a real Kubernetes API: an etcd and a kube-apiserver of one's own, where both programs are on PATH."""

import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from policies.evaluation import evaluate
from policies.profile import BASELINE
from policies.registry import JUDGED_TYPES, RULES
from policies.rule import UNKNOWN, Status
from policies.sources.kubernetes import kubernetes_resources
from rackwright.pipeline.judging.kubernetes_api import KubernetesApi

MISSING = [name for name in ("etcd", "kube-apiserver") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING), reason=f"not on PATH: {', '.join(MISSING)}; both come from Go modules or packages"
    ),
]
READY_S = 90
SECRET = "kubernetes:core/v1:Secret"
TOKENS = "admin-token,admin,admin,system:masters\nreader-token,reader,reader,\n"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def certificate(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1)).add_extension(address, critical=False)
    (folder / "tls.crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    (folder / "tls.key").write_bytes(key.private_bytes(*form))


def control_plane(folder: Path) -> tuple[list[list[str]], int]:
    client, peer, port = free_port(), free_port(), free_port()
    store = f"http://127.0.0.1:{client}"
    etcd = ["etcd", "--data-dir", str(folder / "etcd"), "--listen-client-urls", store, "--advertise-client-urls", store]
    etcd += ["--listen-peer-urls", f"http://127.0.0.1:{peer}"]
    key = str(folder / "tls.key")
    server = ["kube-apiserver", "--etcd-servers", store, "--secure-port", str(port), "--bind-address", "127.0.0.1"]
    server += ["--tls-cert-file", str(folder / "tls.crt"), "--tls-private-key-file", key, "--cert-dir", str(folder)]
    server += ["--service-account-key-file", key, "--service-account-signing-key-file", key]
    server += ["--service-account-issuer", "https://127.0.0.1", "--token-auth-file", str(folder / "tokens.csv")]
    server += ["--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.96.0.0/16", "--allow-privileged"]
    return [etcd, server], port


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("kubernetes")
    certificate(folder)
    (folder / "tokens.csv").write_text(TOKENS)
    commands, port = control_plane(folder)
    started = []
    try:
        for command in commands:
            with (folder / f"{command[0]}.log").open("w") as log:
                started.append(subprocess.Popen(command, stdout=log, stderr=log))
        path = written(folder, port)
        wait_until_ready(path, started)
        yield path
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


def written(folder: Path, port: int) -> Path:
    path = folder / "config"
    path.write_text(
        f"""apiVersion: v1
kind: Config
current-context: admin
clusters: [{{name: c, cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: {folder / "tls.crt"}}}}}]
users: [{{name: admin, user: {{token: admin-token}}}}, {{name: reader, user: {{token: reader-token}}}}]
contexts:
- {{name: admin, context: {{cluster: c, user: admin}}}}
- {{name: reader, context: {{cluster: c, user: reader}}}}
"""
    )
    return path


def wait_until_ready(path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    api, end = KubernetesApi("admin", path), time.monotonic() + READY_S
    while "items" not in answer(api.get("/apis/rbac.authorization.k8s.io/v1/clusterroles", limit="1")):
        assert all(process.poll() is None for process in started), "a part of the control plane ended"
        assert time.monotonic() < end, "the API did not become ready"


def answer(found: Any) -> Any:
    return found if isinstance(found, dict) else {}


@pytest.fixture(scope="module")
def furnished(kubeconfig: Path) -> Path:
    client: Any = import_module("kubernetes.client")
    api = import_module("kubernetes.config").new_client_from_config(str(kubeconfig), context="admin")
    core, rights, apps = client.CoreV1Api(api), client.RbacAuthorizationV1Api(api), client.AppsV1Api(api)
    core.create_namespace({"metadata": {"name": "team"}})
    core.create_namespaced_secret("team", {"metadata": {"name": "s"}, "stringData": {"password": "hunter2"}})
    for index in range(620):
        core.create_namespaced_config_map("team", {"metadata": {"name": f"c-{index}"}})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    everybody = {"kind": "Group", "name": "system:authenticated", "apiGroup": "rbac.authorization.k8s.io"}
    rights.create_cluster_role_binding({"metadata": {"name": "bad"}, "roleRef": role, "subjects": [everybody]})
    container = {"name": "c", "image": "busybox:latest", "securityContext": {"privileged": True}}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"hostPID": True, "containers": [container]}}
    wanted = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    apps.create_namespaced_daemon_set("team", {"metadata": {"name": "gpu"}, "spec": wanted})
    return kubeconfig


def test_wrong_objects_are_found_and_secrets_stay_closed(furnished: Path) -> None:
    resources = kubernetes_resources(KubernetesApi("admin", furnished), [*JUDGED_TYPES, "kubernetes:core/v1:ConfigMap"])
    names = {one.name for one in resources}
    assert {"team/gpu", "bad", "team/s"} <= names
    assert sum(name.startswith("team/c-") for name in names) == 620, "more than one page"
    assert "hunter2" not in repr(resources)
    findings = evaluate(RULES, resources, profile=BASELINE)
    failed = {one.urn.rpartition("::")[2] for one in findings if one.status is Status.FAILED}
    assert {"team/gpu", "bad"} <= failed


def test_a_reader_without_rights_gets_unknowns_and_no_passes(furnished: Path) -> None:
    resources = kubernetes_resources(KubernetesApi("reader", furnished), [*JUDGED_TYPES, SECRET])
    secrets = [one for one in resources if one.type == SECRET]
    assert [one.props["metadata"] for one in secrets] == [UNKNOWN]
    assert "no permission" in secrets[0].why_unknown("metadata")
