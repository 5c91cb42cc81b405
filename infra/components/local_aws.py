"""The AWS of a local stack: moto on this machine, behind a guard that takes the access key id of the stack alone.

Moto holds everything in memory; a keeper before it writes each change to a file, and brings it back at the start.
"""

from pulumi import ComponentResource, ResourceOptions

from infra.components.processes import Processes, python
from infra.plans import names
from infra.stand_in.guard import READY
from pulumi_sixfold.resources.provider import Provider, ProviderArgs


class LocalAws(ComponentResource):
    """The stand-in for AWS, and the provider that speaks to it.

    Outputs: `endpoint`.
    """

    def __init__(
        self,
        name: str,
        *,
        runtime: Processes,
        port: int,
        region: str,
        access_key: str,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Cloud", name, None, opts)
        kept = names.kept_aws(runtime.home, name) / str(port)
        moto = runtime.run(
            "aws",
            python("infra.stand_in", "--port", str(port), "--keep", str(kept)),
            port=port,
            ready=READY,
            parent=self,
        )
        self.endpoint = moto.program.apply(lambda _: names.address(port))  # known once it answers
        self.provider = Provider(
            name,
            ProviderArgs(
                region=region,
                endpoint=self.endpoint,
                access_key=access_key,
                default_tags={"sixfold:stack": name},
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({"endpoint": self.endpoint})
