"""Tells a program, one JSON object a line, what a playbook does to the one host that it runs on."""

from __future__ import annotations

import json
import sys
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: rackwright_node
    type: stdout
    short_description: One JSON object a line for each play, task result and final count
    description:
      - Read by the program that configures a node by itself.
"""


class CallbackModule(CallbackBase):
    """One line for each thing that happened. What a task hides by no_log stays hidden."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "rackwright_node"

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """A phase begins."""
        self._tell(event="play", name=play.get_name())

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task went well."""
        self._tell(event="ok", task=result.task_name, changed=bool(result.result.get("changed")))

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task had nothing to do here."""
        self._tell(event="skipped", task=result.task_name)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task failed, or was allowed to."""
        shown = json.loads(self._dump_results(result.result))
        told = {name: shown.get(name) for name in ("msg", "stderr", "results")}
        self._tell(event="ignored" if ignore_errors else "failed", task=result.task_name, result=told)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The end."""
        hosts = sorted(stats.processed)
        self._tell(event="stats", hosts={host: stats.summarize(host) for host in hosts})

    def _tell(self, **what: Any) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()
