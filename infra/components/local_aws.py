"""The AWS of a local stack: a moto server on this machine."""

from pulumi import ComponentResource, ResourceOptions

from infra.components.processes import Processes, python
from infra.plans import names
from pulumi_sixfold.resources.provider import Provider, ProviderArgs


class LocalAws(ComponentResource):
    """A moto server, and the provider that speaks to it.

    Outputs: `endpoint`.
    """

    def __init__(
        self, name: str, *, runtime: Processes, port: int, region: str, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:Cloud", name, None, opts)
        moto = runtime.run(
            "aws",
            python("moto.server", "-H", names.HOST, "-p", str(port)),
            port=port,
            ready="/moto-api/",
            parent=self,
        )
        self.endpoint = moto.program.apply(lambda _: names.address(port))  # known once it answers
        self.provider = Provider(
            name,
            ProviderArgs(region=region, endpoint=self.endpoint, default_tags={"sixfold:stack": name}),
            ResourceOptions(parent=self),
        )
        self.register_outputs({"endpoint": self.endpoint})
