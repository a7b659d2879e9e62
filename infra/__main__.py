"""The Pulumi program: read the spec, design, pick the builder, declare. No decisions live here."""

import pulumi

from infra.aws.cluster import AwsCluster
from infra.on_prem.cluster import OnPremCluster
from infra.settings import Settings
from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.spec import load_spec

Builder = type[AwsCluster] | type[OnPremCluster]
BUILDERS: dict[str, Builder] = {"aws": AwsCluster, "local": AwsCluster, "on-prem": OnPremCluster}

settings = Settings.from_config(pulumi.Config("rackwright"))
design = design_cluster(load_spec(settings.spec), load_catalog())
cluster = BUILDERS[design.target](design, settings)
pulumi.export("inventory", cluster.inventory)
pulumi.export("outputs", cluster.outputs)
