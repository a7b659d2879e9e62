"""The shell round EC2: credentials, one call after another at EC2's pace, and the few operations that are needed."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from rackwright.elastic.launching import NODE_TAG, batches
from rackwright.elastic.outcomes import Kind, kind_of
from rackwright.elastic.settings import Settings
from rackwright.elastic.wire import FORM, Refused, form_of, interfaces_in, parsed, refusal_of, texts
from rackwright.node import fetch

LOCAL = {"AccessKeyId": "test", "SecretAccessKey": "test", "Token": "test"}
"""A local AWS without metadata takes any credential; no real account accepts this one."""
METADATA = "http://169.254.169.254"
EXPIRED = frozenset({"RequestExpired", "ExpiredToken", "AuthFailure"})
LAUNCHES_PER_S = 2.0
"""RunInstances refills two requests a second for an account and region.
Source: Amazon EC2 User Guide, "Request throttling for the Amazon EC2 API", read 2026-11-21."""
TRIES = 6
"""Of one call that EC2 was too busy for, with pauses of up to 1, 2, 4, 8 and 16 s: less than Slurm waits for a node."""
MOST_IDS = 100
"""Instances in one TerminateInstances: a refused id fails them all, so lots stay small (our choice)."""


class Ec2:
    """EC2 of one region, as the controller may use it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys: dict[str, str] = {}
        self._base = settings.endpoint or f"https://ec2.{settings.region}.amazonaws.com"
        self._next_launch, self._chance = 0.0, random.SystemRandom()

    def subnet_id(self, name: str) -> str:
        """Id of the cluster's subnet called `name`. Raises `Refused` when there is not exactly one."""
        root = self._ask("DescribeSubnets", {"Filter": self._filters({"tag:Name": [name]})})
        return _only(texts(root, ".//subnetSet/item/subnetId"), "subnet", name)

    def interfaces(self, template: str) -> list[dict[str, Any]]:
        """Network interfaces of a launch template's default version."""
        asked = {"LaunchTemplateName": template, "LaunchTemplateVersion": ["$Default"]}
        return interfaces_in(self._ask("DescribeLaunchTemplateVersions", asked))

    def running(self, nodes: Sequence[str]) -> dict[str, str]:
        """Instance of each of `nodes` that has one which starts or runs."""
        found: dict[str, str] = {}
        for lot in batches(nodes, MOST_IDS):
            states = ["pending", "running", "stopping", "stopped"]
            filters = self._filters({f"tag:{NODE_TAG}": lot, "instance-state-name": states})
            root = self._ask("DescribeInstances", {"Filter": filters})
            for item in root.iterfind(".//instancesSet/item"):
                tags = {tag.findtext("key"): tag.findtext("value") for tag in item.iterfind("tagSet/item")}
                found[str(tags.get(NODE_TAG))] = item.findtext("instanceId") or ""
        return found

    def launch(self, params: Mapping[str, Any]) -> str:
        """Start one instance; its id. Waits for its turn. Raises `Refused`."""
        pause = self._next_launch - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._next_launch = time.monotonic() + (0.0 if self._settings.endpoint else 1 / LAUNCHES_PER_S)
        return _only(texts(self._ask("RunInstances", params), ".//instancesSet/item/instanceId"), "instance", "launch")

    def terminate(self, instances: Sequence[str]) -> None:
        """Stop instances for good; those that are gone already are no mistake."""
        for lot in batches(instances, MOST_IDS):
            try:
                self._ask("TerminateInstances", {"InstanceId": lot})
            except Refused as refused:
                if refused.code != "InvalidInstanceID.NotFound":
                    raise

    def _filters(self, wanted: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        both = {"tag:rackwright:stack": [self._settings.stack], **wanted}
        return [{"Name": name, "Value": list(values)} for name, values in both.items()]

    def _ask(self, action: str, params: Mapping[str, Any]) -> Element:
        body = form_of(action, params)
        for attempt in range(TRIES - 1):
            try:
                return parsed(self._post(body))
            except Refused as refused:
                if kind_of(refused.code) is not Kind.BUSY and refused.code not in EXPIRED:
                    raise
            time.sleep(self._chance.uniform(0, 2.0**attempt))
        return parsed(self._post(body))

    def _post(self, body: bytes) -> bytes:
        try:
            self._keys = self._keys or self._credentials()
            headers = {"host": urlsplit(self._base).netloc, "content-type": FORM}
            signed = fetch.sign("POST", "/", headers, body, self._keys, self._settings.region, "ec2", time.gmtime())
            return fetch.ask(self._base, "/", signed, "POST", body)
        except fetch.Refused as refused:
            ours = refusal_of(refused.status, str(refused))
            if ours.code in EXPIRED:
                self._keys = {}
            raise ours from refused
        except OSError as error:
            raise Refused("ConnectionError", str(error)) from error

    def _credentials(self) -> dict[str, str]:
        """Those of the instance's role."""
        if self._settings.endpoint and not self._settings.metadata:
            return LOCAL
        return fetch.Cloud({"metadata": self._settings.metadata or METADATA}).keys()


def _only(found: Sequence[str], what: str, name: str) -> str:
    if len(found) != 1:
        raise Refused("InvalidParameterValue", f"found {len(found)} {what}s for {name}, expected 1")
    return found[0]
