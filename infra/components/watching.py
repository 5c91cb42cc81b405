"""Monitoring on Kubernetes: what is measured, and who is told."""

from collections.abc import Sequence

from pulumi import ComponentResource, Resource, ResourceOptions

from infra.components.manifests import declare
from infra.plans.kubernetes.monitoring import WatchingPlan


class Watching(ComponentResource):
    """Prometheus, Alertmanager, the rules and the dashboards; everything waits for `after`.

    Outputs: `room`, the namespace.
    """

    def __init__(
        self, name: str, *, plan: WatchingPlan, after: Sequence[Resource] = (), opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:Watching", name, None, opts)
        self.room = room = declare(plan.room, parent=self, depends_on=after)
        ground = declare(plan.ground, parent=self, depends_on=room)
        declare([*plan.monitors, *plan.beside], parent=self, depends_on=ground)
        self.register_outputs({})
