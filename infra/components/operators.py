"""Operators: controllers that bring the definitions of custom resources to a cluster, and act on them."""

from collections.abc import Iterable, Sequence

from pulumi import ComponentResource, Resource, ResourceOptions
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs

from infra.components.manifests import declare
from infra.plans.kubernetes.operator_policies import operator_policies
from infra.plans.kubernetes.operators import Operator


class Operators(ComponentResource):
    """A Helm release for each operator, in a namespace of its own; everything waits for `after`.

    The API server calls their pods from the addresses `api`. A release is done when its pods are ready, so that what
    depends on it finds definitions and webhooks.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: Iterable[Operator],
        api: Sequence[str],
        after: Sequence[Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Operators", name, None, opts)
        self._after, self._api = list(after), api
        self._releases = {each.name: self._release(each) for each in plan}
        self.register_outputs({})

    def needed(self, *names: str) -> list[Resource]:
        """Return the dependencies of custom resources of some operators."""
        return [*self._after, *(self._releases[name] for name in names if name in self._releases)]

    def _release(self, operator: Operator) -> Resource:
        rooms = declare([operator.base], parent=self, depends_on=self._after)
        # Before the pods, which would be open until then.
        closed = declare(operator_policies(operator, self._api), parent=self, depends_on=rooms)
        repository = RepositoryOptsArgs(repo=operator.repository) if operator.repository else None
        return Release(
            operator.release,
            name=operator.release,
            namespace=operator.namespace,
            chart=operator.chart,
            version=operator.version,
            repository_opts=repository,
            values=operator.values,
            opts=ResourceOptions(parent=self, depends_on=closed),
        )
