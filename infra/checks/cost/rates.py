"""Charges at rest, by type of resource: no request, no data, no machine beyond the minimum.

The facts of each of the provider's types say it. What a preview does not know yet costs nothing here; the `up` after
it knows.
"""

from collections.abc import Mapping
from typing import Any

from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.facts import Charges


def _service(inputs: Mapping[str, Any]) -> list[Charge]:
    spec = inputs.get("spec")
    if not isinstance(spec, Mapping) or spec.get("type") != "LoadBalancer":
        return []
    return [Charge("network_load_balancer_hour", what="network load balancer")]


CHARGES: Mapping[str, Charges] = {
    "kubernetes:core/v1:Service": _service,
    **{handler.facts.token: handler.facts.charges for handler in HANDLERS if handler.facts.charges},
}
"""Type → from the properties of a resource to its charges."""
