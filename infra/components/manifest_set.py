"""The manifests of one subject on a cluster: serving, monitoring or training."""

from collections.abc import Sequence
from typing import Literal

from pulumi import ComponentResource, Output, Resource, ResourceOptions

from infra.components.manifests import declare
from infra.plans.kubernetes.manifest import Phases

Kind = Literal["ServingPods", "TrainingCluster", "Watching"]
"""The last part of the component's type. It is in the URN of every manifest: another one would replace them all."""


class ManifestSet(ComponentResource):
    """Manifests in phases: each is declared after the phases that it names, and the first ones after `after`.

    Outputs: `namespace`, the resources of the first phase. `running` is known once all manifests are there and ready.
    """

    def __init__(
        self,
        kind: Kind,
        name: str,
        *,
        phases: Phases,
        after: Sequence[Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"sixfold:components:{kind}", name, None, opts)
        ready: dict[str, list[Resource]] = {}
        for phase in phases:
            needed = [resource for earlier in phase.after for resource in ready[earlier]] if phase.after else after
            ready[phase.name] = declare(phase.manifests, parent=self, depends_on=needed)
        self.namespace = ready[phases[0].name]
        self.running = Output.all(*(resource.urn for resources in ready.values() for resource in resources))
        self.register_outputs({})
