"""What the provider of a stack says to the online checks: finds the provider, plans, asks."""

from __future__ import annotations

from rackwright.engine.plan import ignore
from rackwright.pipeline.aws_client import LOCAL_REGION
from rackwright.pipeline.clock import now
from rackwright.pipeline.local import cloud_for, running_endpoint
from rackwright.pipeline.online import check_online, nothing_to_ask
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.program.provider_reads import BotoReader
from rackwright.pipeline.program.provision import EmbeddedEngine, program_config
from rackwright.pipeline.workspace import Workspace
from rackwright.preflight.online import OnlineVerdict


def ask_provider(prepared: Prepared, workspace: Workspace) -> tuple[OnlineVerdict, ...]:
    """Every online verdict on a stack: AWS with the credentials of the environment, or the local cloud that runs."""
    if prepared.design.target == "on-prem":
        return nothing_to_ask("a site of one's own has no provider to ask")
    endpoint = None
    if prepared.design.target == "local":
        endpoint = running_endpoint(cloud_for(workspace, prepared))
        if endpoint is None:
            return nothing_to_ask("the local cloud does not run; ./rw cloud up starts it")
    return asked(prepared, workspace, endpoint)


def asked(prepared: Prepared, workspace: Workspace, endpoint: str | None) -> tuple[OnlineVerdict, ...]:
    """The verdicts from AWS, or from the local AWS API at `endpoint`; the plan of the local cloud knows its record."""
    config = program_config(spec=str(prepared.path.resolve()), endpoint=endpoint, ssh_key="")
    plan, _ = EmbeddedEngine(workspace, prepared, endpoint, config).preview(ignore)
    reader = BotoReader(prepared.design.region or LOCAL_REGION, endpoint)
    return check_online(prepared, plan, reader, now())
