"""Serves the analyzer to an engine: plaintext gRPC on loopback, the port on the first line of the output."""

from __future__ import annotations

from concurrent import futures
from typing import TextIO

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.crossguard import PolicyAnalyzer
from policies.profile import STRICTEST
from policies.promise import promise_of
from policies.registry import RULES

WORKERS = 4
LARGEST_MESSAGE = 400 * 1024 * 1024
"""Bytes; the limit that Pulumi's own packs set, for stacks with large properties."""


def start(analyzer: PolicyAnalyzer, announce: TextIO) -> grpc.Server:
    """Start serving `analyzer` on a free port, which is written to `announce`."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=WORKERS),
        options=[("grpc.max_receive_message_length", LARGEST_MESSAGE)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    announce.write(f"{port}\n")
    announce.flush()
    return server


def serve(announce: TextIO) -> None:
    """Serve every rule until the engine ends the process."""
    start(PolicyAnalyzer(RULES, STRICTEST, find_promise=promise_of), announce).wait_for_termination()
