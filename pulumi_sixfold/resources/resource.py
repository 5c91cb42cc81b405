"""The program's side of a resource."""

from typing import Any, ClassVar

import pulumi

from pulumi_sixfold.kit.args import Args
from pulumi_sixfold.kit.handler import Handler


class Resource(pulumi.CustomResource):
    """A resource whose type, inputs and outputs are those of its handler; subclasses annotate what programs read."""

    handler: ClassVar[type[Handler[Any]]]

    def __init__(self, name: str, args: Args, opts: pulumi.ResourceOptions | None = None) -> None:
        # The SDK makes an attribute for every key that it is given.
        attributes = dict.fromkeys([*self.handler.facts.args.model_fields, *self.handler.facts.outputs])
        super().__init__(self.handler.facts.token, name, {**attributes, **args.properties()}, opts)
