"""Training on Kubernetes: a Ray cluster, and the teams' queues."""

from collections.abc import Sequence

from pulumi import ComponentResource, Resource, ResourceOptions

from infra.components.manifests import declare
from infra.plans.kubernetes.training import TrainingPlan


class TrainingCluster(ComponentResource):
    """Ray, closed to all but its namespace, and a quota for each team; everything waits for `after`.

    Outputs: `room`, the namespace.
    """

    def __init__(
        self, name: str, *, plan: TrainingPlan, after: Sequence[Resource] = (), opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:TrainingCluster", name, None, opts)
        self.room = room = declare(plan.room, parent=self, depends_on=after)
        ground = declare(plan.ground, parent=self, depends_on=room)
        declare(plan.clusters, parent=self, depends_on=ground)
        self.register_outputs({})
