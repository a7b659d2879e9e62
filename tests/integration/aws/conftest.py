"""A running local AWS, a configured provider, and short ways to use both."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import botocore.session
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from rackwright.engine.properties import from_struct, to_struct
from rackwright.engine.providers.aws import AwsProvider
from tests.integration.aws.world import World

REGION = "us-east-1"
SESSION = botocore.session.Session()
"""One for all: it keeps the service models that it has read."""


@dataclass
class Emulator:
    process: subprocess.Popen
    port: int
    state: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str, region: str = REGION):
        return SESSION.create_client(
            service, region_name=region, endpoint_url=self.url, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)


def start(state: Path, *more: str) -> Emulator:
    command = [sys.executable, "-m", "rackwright.cloud.aws", "--port", "0", "--state", str(state), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline().strip()
    assert line.isdigit(), f"the emulator did not start: {line!r}"
    return Emulator(process, int(line), state)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory) -> Iterator[Emulator]:
    running = start(tmp_path_factory.mktemp("aws"))
    yield running
    running.kill()


@pytest.fixture
def start_emulator() -> Iterator[Callable[..., Emulator]]:
    started = []

    def run(state: Path, *more: str) -> Emulator:
        started.append(start(state, *more))
        return started[-1]

    yield run
    for one in started:
        one.kill()


class Engine:
    """Calls the provider as the engine does, in plain values."""

    def __init__(self, url: str, **config) -> None:
        self.provider = AwsProvider()
        args = {"region": REGION, "accessKey": "test", "secretKey": "test", "endpoints": [{"ec2": url}], **config}
        self.provider.Configure(pb.ConfigureRequest(args=to_struct(args)))
        self.outputs: dict[str, dict] = {}

    @staticmethod
    def urn(token: str, name: str = "it") -> str:
        return f"urn:pulumi:test::rackwright::{token}::{name}"

    def check(self, token: str, inputs: dict, name: str = "it", olds: dict | None = None) -> dict:
        request = pb.CheckRequest(
            urn=self.urn(token, name),
            news=to_struct(inputs),
            olds=to_struct(olds or {}),
            randomSeed=b"\x01\x02\x03\x04",
        )
        response = self.provider.Check(request)
        assert not response.failures, response.failures
        return from_struct(response.inputs)

    def create(self, token: str, inputs: dict, name: str = "it") -> tuple[str, dict, dict]:
        checked = self.check(token, inputs, name)
        response = self.provider.Create(pb.CreateRequest(urn=self.urn(token, name), properties=to_struct(checked)))
        return response.id, checked, from_struct(response.properties)

    def read(self, token: str, id_: str, inputs: dict, outputs: dict, name: str = "it") -> tuple[str, dict, dict]:
        request = pb.ReadRequest(
            id=id_, urn=self.urn(token, name), properties=to_struct(outputs), inputs=to_struct(inputs)
        )
        response = self.provider.Read(request)
        return response.id, from_struct(response.inputs), from_struct(response.properties)

    def diff(self, token: str, id_: str, old: dict, outputs: dict, new: dict, name: str = "it"):
        return self.provider.Diff(
            pb.DiffRequest(
                id=id_,
                urn=self.urn(token, name),
                olds=to_struct(outputs),
                old_inputs=to_struct(old),
                news=to_struct(new),
            )
        )

    def update(self, token: str, id_: str, old: dict, outputs: dict, new: dict, name: str = "it") -> dict:
        request = pb.UpdateRequest(
            id=id_, urn=self.urn(token, name), olds=to_struct(outputs), old_inputs=to_struct(old), news=to_struct(new)
        )
        return from_struct(self.provider.Update(request).properties)

    def delete(self, token: str, id_: str, inputs: dict, outputs: dict, name: str = "it") -> None:
        self.provider.Delete(
            pb.DeleteRequest(
                id=id_, urn=self.urn(token, name), properties=to_struct(outputs), old_inputs=to_struct(inputs)
            )
        )

    def invoke(self, token: str, **args) -> dict:
        response = self.provider.Invoke(pb.InvokeRequest(tok=token, args=to_struct(args)))
        return from_struct(getattr(response, "return"))


@pytest.fixture(scope="session")
def world(engine: "Engine") -> World:
    return World(engine)


@pytest.fixture(scope="session")
def engine(emulator: Emulator) -> Engine:
    return Engine(emulator.url)
