"""Serving on Kubernetes: a Deployment a release, and the gateway that spreads requests over them."""

from collections.abc import Sequence

from pulumi import ComponentResource, Resource, ResourceOptions

from infra.components.manifests import declare
from infra.plans.kubernetes.stack import ServingPlan


class ServingPods(ComponentResource):
    """All releases that the stack names, behind one gateway; everything waits for `after`.

    Outputs: `room`, the namespace.

    A route waits until the pods that it leads to are ready, so that the old release goes on answering where a new one
    fails; and an old one is removed only when no route leads to it.
    """

    def __init__(
        self, name: str, *, plan: ServingPlan, after: Sequence[Resource] = (), opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:ServingPods", name, None, opts)
        self.room = room = declare(plan.room, parent=self, depends_on=after)
        ground = declare(plan.ground, parent=self, depends_on=room)
        gate = declare(plan.gate, parent=self, depends_on=room)
        declare(plan.portal, parent=self, depends_on=[*ground, *gate])
        for manifests, route in plan.versions:
            releases = declare(manifests, parent=self, depends_on=ground)
            declare([route], parent=self, depends_on=[*gate, *releases])
        self.register_outputs({})
