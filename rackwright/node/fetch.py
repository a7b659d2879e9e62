"""First boot of a node: fetch the cluster's bundle, verify its signature, unpack it, run it; report what happened.

Reads /etc/rackwright/node.json. Ends with 0 when the node is configured; systemd starts it again otherwise. Sources:
AWS General Reference, "Signature Version 4"; EC2 User Guide, "Instance Metadata Service Version 2".
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

NODE = Path("/etc/rackwright/node.json")
STATE = Path("/var/lib/rackwright")
MAGIC = b"rackwright bundle 1\n"
LONGEST_WAIT_S = 30.0
SESSION = "X-aws-ec2-metadata-token"
TRANSIENT = (403, 404, 429, 500, 502, 503, 504)
"""Answers that may change: the role is not in force yet, the bundle not there yet, the store is busy."""


class Refused(OSError):
    """An answer that is no success."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status} {said}")
        self.status = status


def say(text: str) -> None:
    """One line for the journal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ask(base: str, path: str, headers: dict[str, str], method: str = "GET", body: bytes = b"") -> bytes:
    """Body of the answer; `Refused` for an answer that is no success, other OSErrors when there is none."""
    where = urlsplit(base)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.netloc, timeout=60)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        said = answer.read()
    except http.client.HTTPException as problem:
        raise OSError(f"{base}: {problem!r}") from problem
    finally:
        connection.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise Refused(answer.status, " ".join(said.decode(errors="replace").split())[:600])
    return said


class Cloud:
    """What the node may ask of its cloud with the role of its instance."""

    def __init__(self, node: dict[str, str]) -> None:
        self.node, self._metadata = node, node.get("metadata") or "http://169.254.169.254"
        life = {f"{SESSION}-ttl-seconds": "21600"}
        self._session = {SESSION: ask(self._metadata, "/latest/api/token", life, "PUT").decode()}

    def metadata(self, path: str) -> str:
        """One value of the instance metadata."""
        return ask(self._metadata, f"/latest/meta-data/{path}", self._session).decode()

    def get(self, key: str) -> bytes:
        """An object of the cluster's bucket."""
        return self._call("s3", "GET", *self._object(key))

    def put(self, key: str, body: bytes) -> None:
        """Write an object of the cluster's bucket."""
        self._call("s3", "PUT", *self._object(key), body=body)

    def secret(self, name: str) -> str:
        """Text of a secret."""
        base = self.node.get("endpoint") or f"https://secretsmanager.{self._domain()}"
        more = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue"}
        body = json.dumps({"SecretId": name}).encode()
        return str(json.loads(self._call("secretsmanager", "POST", base, "/", body, more))["SecretString"])

    def keys(self) -> dict[str, str]:
        """Passing credentials of the instance's role."""
        role = self.metadata("iam/security-credentials/").split()[0]
        found: dict[str, str] = json.loads(self.metadata(f"iam/security-credentials/{role}"))
        return found

    def _domain(self) -> str:
        return f"{self.node['region']}.amazonaws.com{'.cn' if self.node['region'].startswith('cn-') else ''}"

    def _object(self, key: str) -> tuple[str, str]:
        bucket, endpoint = self.node["bucket"], self.node.get("endpoint")
        return (endpoint, f"/{bucket}/{key}") if endpoint else (f"https://{bucket}.s3.{self._domain()}", f"/{key}")

    def _call(
        self, service: str, method: str, base: str, path: str, body: bytes = b"", more: dict[str, str] | None = None
    ) -> bytes:
        headers = {"host": urlsplit(base).netloc, **(more or {})}
        signed = sign(method, quote(path), headers, body, self.keys(), self.node["region"], service, time.gmtime())
        return ask(base, quote(path), signed, method, body)


def sign(
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    keys: dict[str, str],
    region: str,
    service: str,
    now: time.struct_time,
) -> dict[str, str]:
    """`headers` with Signature Version 4. Pure."""
    stamp, digest = time.strftime("%Y%m%dT%H%M%SZ", now), hashlib.sha256(body).hexdigest()
    found = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp, "x-amz-security-token": keys["Token"]}
    names = ";".join(sorted(found))
    lines = "".join(f"{name}:{found[name]}\n" for name in sorted(found))
    request = "\n".join((method, path, "", lines, names, digest))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{keys['SecretAccessKey']}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    credential = f"Credential={keys['AccessKeyId']}/{scope}"
    found["authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={key.hex()}"
    return found


def verified(bundle: bytes, public_key: str, work: Path) -> bytes:
    """Content of `bundle`; ValueError unless the first line is a good signature of the rest by `public_key` (PEM)."""
    head, _, payload = bundle.partition(b"\n")
    content, signature, key = work / "content", work / "signature", work / "key.pem"
    content.write_bytes(MAGIC + payload)
    signature.write_bytes(bytes.fromhex(head.decode("ascii")))
    key.write_text(public_key)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin", "-in", str(content)]
    done = subprocess.run([*command, "-sigfile", str(signature)], capture_output=True, text=True, check=False)
    content.unlink()
    if done.returncode != 0:
        raise ValueError("the bundle's signature is not the cluster's: it was changed, or signed by another key")
    return payload


def unpacked(bundle: bytes, node: dict[str, str], state: Path) -> Path:
    """Folder with the verified content of `bundle`; what an interrupted run left half-made is made anew."""
    digest = hashlib.sha256(bundle).hexdigest()
    folder = state / "bundles" / digest
    if node.get("digest") not in (None, digest):
        raise ValueError(f"the bundle is {digest}, expected {node['digest']}")
    if not folder.is_dir():
        work = state / "bundles" / "new"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, mode=0o700)
        payload = verified(bundle, node["public_key"], work)
        with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
            archive.extractall(work / "content", filter="data")
        (work / "content").rename(folder)
    return folder


def waits(longest_s: float = LONGEST_WAIT_S) -> list[float]:
    """Seconds between tries: growing, with jitter, so that a thousand nodes do not ask at once."""
    chance = random.SystemRandom()
    return [min(longest_s, 1.5**count) * chance.uniform(0.7, 1.3) for count in range(12)]


def patiently(cloud: Cloud, key: str) -> bytes:
    """The object, asked for again and again while the answer may change."""
    said = ""
    for wait_s in (*waits(), 0.0):
        try:
            return cloud.get(key)
        except OSError as problem:
            said = f"{key}: {problem}"
            if isinstance(problem, Refused) and problem.status not in TRANSIENT:
                break
        say(f"no bundle yet ({said}); asking again in {wait_s:.0f} s")
        time.sleep(wait_s)
    raise OSError(f"the bundle cannot be had: {said}")


def report(cloud: Cloud, said: dict[str, object]) -> None:
    """Tell the cluster's bucket how far this node is; a report that does not arrive stops nothing."""
    try:
        instance = cloud.metadata("instance-id")
        cloud.put(f"reports/{instance}.json", json.dumps({"instance_id": instance, **said}, sort_keys=True).encode())
    except OSError as problem:
        say(f"the report did not arrive: {problem}")


def main() -> int:
    """Fetch, verify, run; the exit status says whether the node is configured."""
    node = json.loads(NODE.read_text())
    cloud = Cloud(node)
    try:
        bundle = patiently(cloud, node.get("key") or "bundles/current")
        folder = unpacked(bundle, node, STATE)
    except (OSError, ValueError, tarfile.TarError) as problem:
        lasting = isinstance(problem, ValueError)  # a wrong signature does not mend itself
        report(cloud, {"status": "failed", "error": str(problem), "attempt": 3 if lasting else 1})
        say(f"not configured: {problem}")
        return 1
    command = [sys.executable, "-B", str(folder / "converge.py"), folder.name]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
