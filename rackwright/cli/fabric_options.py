"""The options that name a fabric, written once: its commands take the designed fabric in their place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from rackwright.design.site_fabric import SiteFabric, site_fabric
from rackwright.diagnostics import InputError
from rackwright.fabric import FabricRequest, design_fabric
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.workspace import project_root

System = Annotated[
    str | None,
    typer.Option("--system", help="Catalog name of the node: dgx-h100, dgx-b200, ...; or give --rails and --switch."),
]
Rails = Annotated[int | None, typer.Option("--rails", min=1, help="Fabric ports of a node; default: the system's.")]
Nodes = Annotated[int | None, typer.Option("--nodes", min=1, help="Number of nodes.")]
FromStack = Annotated[
    str | None, typer.Option("--stack", help="Take the fabric of this stack; the other options are then not used.")
]
Switch = Annotated[str | None, typer.Option("--switch", help="Catalog name of the switch; default: the system's.")]
Oversubscription = Annotated[float, typer.Option("--oversubscription", min=1.0, help="1 is non-blocking.")]
GrowTo = Annotated[
    int | None, typer.Option("--grow-to", min=1, help="Nodes that the fabric must take later without recabling.")
]
UfmPorts = Annotated[int, typer.Option("--ufm-ports", min=0, help="Ports for fabric managers.")]


def of_a_fabric(command: Callable[..., None]) -> Callable[..., None]:
    """`command` as typer shall see it: options that name a fabric in place of its first argument, the fabric."""
    options = list(signature(_designed, eval_str=True).parameters.values())
    own = list(signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        command(_designed(**{option.name: given.pop(option.name) for option in options}), **given)

    shown = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in (*options, *own)]
    vars(with_options)["__signature__"] = Signature(shown)
    return with_options


def _designed(
    stack: FromStack = None,
    nodes: Nodes = None,
    system: System = None,
    rails: Rails = None,
    switch: Switch = None,
    oversubscription: Oversubscription = 1.0,
    grow_to: GrowTo = None,
    ufm_ports: UfmPorts = 0,
) -> SiteFabric:
    if stack is not None:
        prepared, _ = open_stack(project_root(), stack)
        return site_fabric(prepared.spec, prepared.catalog)
    if nodes is None:
        raise InputError("nobody says how many nodes", where="--nodes", hint="give --nodes, or --stack")
    request = FabricRequest(
        nodes,
        system,
        rails=rails,
        switch=switch,
        oversubscription=oversubscription,
        grow_to=grow_to,
        ufm_ports=ufm_ports,
    )
    return SiteFabric(design_fabric(request))
