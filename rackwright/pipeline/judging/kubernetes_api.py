"""Reads a Kubernetes API as a kubeconfig says, with the official client; nothing but GET."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from policies.sources.kubernetes import Refused
from rackwright.diagnostics import InputError

READ_S = (5.0, 60.0)
"""Longest wait for a connection and for an answer, seconds."""
DENIED = (401, 403)
FAILURES = 400
"""HTTP statuses from here on are no answer."""


class KubernetesApi:
    """`policies.sources.kubernetes.Reader` over the network. InputError when the kubeconfig cannot be used."""

    def __init__(self, context: str | None, kubeconfig: Path | None = None) -> None:
        config: Any = import_module("kubernetes.config")
        self._path = str(kubeconfig) if kubeconfig else None
        try:
            self._api = config.new_client_from_config(config_file=self._path, context=context or None)
        except config.config_exception.ConfigException as problem:
            raise InputError(
                f"the kubeconfig cannot be used: {problem}",
                where=self._path or "KUBECONFIG, ~/.kube/config",
                hint="kubectl config get-contexts names the contexts; --context and --kubeconfig choose one",
            ) from problem

    def get(self, path: str, **query: str) -> Mapping[str, Any] | Refused:
        """See `Reader`."""
        try:
            answer = self._api.call_api(
                *self._api.param_serialize(
                    "GET", path, query_params=list(query.items()), auth_settings=["BearerToken"], header_params=JSON
                ),
                _request_timeout=READ_S,
            )
            content, status = answer.read(), int(answer.status)
        except Exception as problem:  # urllib3's and the credential plug-ins' own
            return Refused(f"{path}: {type(problem).__name__}")
        if status in DENIED:
            return Refused(f"no permission to get {path}")
        if status >= FAILURES:
            return Refused(f"{path}: HTTP {status}")
        found: Mapping[str, Any] = json.loads(content)
        return found


JSON = {"Accept": "application/json"}
