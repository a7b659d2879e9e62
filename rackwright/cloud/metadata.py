"""Instance metadata (IMDSv2) for the machines, on the bridge; an instance is known by the address that asks.

It is served at the bridge's own address, never at 169.254.169.254: on a machine that is itself an instance of a cloud
that address must stay the cloud's. Nodes are told where it is by their user data.
Source: EC2 User Guide, "Use the Instance Metadata Service to access instance metadata".
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rackwright.cloud.aws.app import Emulator
from rackwright.cloud.aws.call import backends_of
from rackwright.cloud.aws.instances import decode_user_data
from rackwright.diagnostics import StepFailed

LIFE_S = 6 * 3600
"""How long credentials of a role are good, as on EC2."""
SESSION_HEADER = "X-aws-ec2-metadata-token"
LIFE_HEADER = f"{SESSION_HEADER}-ttl-seconds"

Lookup = Callable[[str], Mapping[str, str] | None]
"""Address -> path below ``/latest/`` -> value; None for an address that is no instance's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets."""

    status: HTTPStatus
    text: str = ""


@dataclass(slots=True)
class Metadata:
    """Decides answers; knows who asks by the address."""

    lookup: Lookup
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def token(self, address: str, life_s: str | None) -> Answer:
        """A session token, good for this address only."""
        if life_s is None or not life_s.isdigit() or not 1 <= int(life_s) <= LIFE_S:
            return Answer(HTTPStatus.BAD_REQUEST)
        return Answer(HTTPStatus.OK, self._token(address))

    def get(self, address: str, path: str, token: str | None) -> Answer:
        """The value at `path`, or the names below it, one a line."""
        if token is None or not hmac.compare_digest(token, self._token(address)):
            return Answer(HTTPStatus.UNAUTHORIZED)
        values = self.lookup(address)
        if values is None:
            return Answer(HTTPStatus.NOT_FOUND)
        wanted = path.removeprefix("/latest/").strip("/")
        role = wanted.removeprefix("meta-data/iam/security-credentials/")
        if wanted in values and role != wanted:
            return Answer(HTTPStatus.OK, json.dumps(self._credentials(values[wanted]), indent=2))
        if wanted in values:
            return Answer(HTTPStatus.OK, values[wanted])
        below = sorted({_next_part(wanted, known) for known in values if known.startswith(f"{wanted}/")})
        return Answer(HTTPStatus.OK, "\n".join(below)) if below else Answer(HTTPStatus.NOT_FOUND)

    def _token(self, address: str) -> str:
        return hmac.new(self._secret, address.encode(), hashlib.sha256).hexdigest()

    def _credentials(self, role: str) -> dict[str, str]:
        """Credentials of a role: accepted by the local AWS, by no other."""
        now = self.clock()
        return {
            "Code": "Success",
            "LastUpdated": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "Type": "AWS-HMAC",
            "AccessKeyId": f"ASIA{hashlib.sha256(role.encode()).hexdigest()[:16].upper()}",
            "SecretAccessKey": secrets.token_urlsafe(30),
            "Token": secrets.token_urlsafe(60),
            "Expiration": f"{now + dt.timedelta(seconds=LIFE_S):%Y-%m-%dT%H:%M:%SZ}",
        }


def _next_part(folder: str, path: str) -> str:
    """Name below `folder` on the way to `path`, with a slash when it is a folder itself."""
    name, slash, _ = path.removeprefix(f"{folder}/").partition("/")
    return f"{name}{slash}"


def values_of(instance: Any, region: str, role: str | None) -> dict[str, str]:
    """What an instance may know about itself: path below ``/latest/`` -> value."""
    address = str(instance.private_ip)
    zone = str(instance.placement.zone)
    document = {"instanceId": instance.id, "region": region, "availabilityZone": zone, "privateIp": address}
    values = {
        "meta-data/ami-id": str(instance.image_id),
        "meta-data/hostname": str(instance.private_dns_name),
        "meta-data/instance-id": str(instance.id),
        "meta-data/instance-type": str(instance.instance_type),
        "meta-data/local-hostname": str(instance.private_dns_name),
        "meta-data/local-ipv4": address,
        "meta-data/placement/availability-zone": zone,
        "meta-data/placement/region": region,
        "dynamic/instance-identity/document": json.dumps(document, indent=2),
    }
    if role is not None:
        values[f"meta-data/iam/security-credentials/{role}"] = role
    if instance.user_data:
        values["user-data"] = decode_user_data(instance.user_data)
    return values


def lookup_in(emulator: Emulator) -> Lookup:
    """Finds instances among those that the local AWS runs."""

    def lookup(address: str) -> Mapping[str, str] | None:
        with emulator.lock:
            for account, regions in backends_of("ec2").items():
                for region, state in regions.items():
                    for instance in state.all_instances():
                        if instance.private_ip == address and instance.state == "running":
                            return values_of(instance, region, _role(account, state, instance.id))
        return None

    return lookup


def _role(account: str, state: Any, instance_id: str) -> str | None:
    """Name of the role of the instance's profile."""
    arns = [
        one.iam_instance_profile.arn
        for one in state.iam_instance_profile_associations.values()
        if one.instance.id == instance_id
    ]
    profiles = backends_of("iam")[account]["aws"].instance_profiles.values()
    return next((role.name for one in profiles if one.arn in arns for role in one.roles), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_PUT(self) -> None:
        """A session token."""
        known = self.path == "/latest/api/token"
        token = self.server.metadata.token(self.client_address[0], self.headers.get(LIFE_HEADER))
        self._send(token if known else Answer(HTTPStatus.NOT_FOUND))

    def do_GET(self) -> None:
        """One value."""
        self._send(self.server.metadata.get(self.client_address[0], self.path, self.headers.get(SESSION_HEADER)))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nodes ask all the time; that is no news."""

    def _send(self, answer: Answer) -> None:
        body = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], metadata: Metadata) -> None:
        super().__init__(place, _Handler)
        self.metadata = metadata


@contextmanager
def serving(address: str, port: int, lookup: Lookup) -> Iterator[int]:
    """Serve metadata while the block runs; gives the port. Raises `StepFailed` when it is in use."""
    try:
        server = _Server((address, port), Metadata(lookup))
    except OSError as cause:
        raise StepFailed(
            f"instance metadata cannot be served on {address}:{port}: {cause.strerror}",
            hint=f"see what holds the port: ss -ltnp 'sport = :{port}'",
        ) from cause
    threading.Thread(target=server.serve_forever, name="metadata", daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
