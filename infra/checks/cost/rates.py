"""Cost of one resource a month at rest: no request, no data, no machine beyond the minimum.

What a preview does not know yet costs nothing here; the `up` after it knows.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from infra.checks.cost.table import Region, Table

Props = Mapping[str, Any]


class Cost(NamedTuple):
    """US dollars a month, and how they come about. `usd` is None where the table has no price; `what` says for what."""

    usd: float | None
    what: str


def _alarm(props: Props, table: Table, _: Region) -> list[Cost]:
    quick = _number(props, "period_s", 60)
    rates = table.everywhere
    if quick is not None and quick < 60:  # noqa: PLR2004 - CloudWatch calls that high resolution
        return [Cost(rates.alarm_high_resolution_month, "high resolution")]
    return [Cost(rates.alarm_month, "")]


def _cluster(_: Props, table: Table, __: Region) -> list[Cost]:
    return [_hourly(table, table.everywhere.eks_cluster_hour, "control plane")]


def _endpoint(props: Props, table: Table, region: Region) -> list[Cost]:
    if props.get("type", "Gateway") != "Interface":
        return []
    subnets = props.get("subnet_ids")
    zones = len(subnets) if isinstance(subnets, list) else 0
    return [_hourly(table, region.interface_endpoint_hour * zones, f"in {zones} zones")]


def _key(_: Props, table: Table, __: Region) -> list[Cost]:
    return [Cost(table.everywhere.kms_key_month, "")]


def _machines(props: Props, table: Table, region: Region) -> list[Cost]:
    """Return the least number of machines and their disks. Spot machines count as on demand: their price moves."""
    least, disk = _number(props, "min_size"), _number(props, "disk_gib", 50)
    kinds = props.get("instance_types")
    kind = kinds[0] if isinstance(kinds, list) and kinds else None
    if not isinstance(kind, str) or least is None or disk is None:
        return []
    if kind not in region.instance_hour:
        return [Cost(None, f"no price of {kind}")]
    return [
        _hourly(table, region.instance_hour[kind] * least, f"{least:g} of {kind}"),
        Cost(least * disk * region.gp3_gib_month, f"{least:g} disks of {disk:g} GiB"),
    ]


def _nat(_: Props, table: Table, region: Region) -> list[Cost]:
    gateway = _hourly(table, region.nat_gateway_hour, "gateway")
    return [gateway, _hourly(table, table.everywhere.public_ipv4_hour, "public address")]


def _secret(_: Props, table: Table, __: Region) -> list[Cost]:
    return [Cost(table.everywhere.secret_month, "")]


def _service(props: Props, table: Table, region: Region) -> list[Cost]:
    spec = props.get("spec")
    if not isinstance(spec, Mapping) or spec.get("type") != "LoadBalancer":
        return []
    return [_hourly(table, region.network_load_balancer_hour, "network load balancer")]


PRICED: Mapping[str, Callable[[Props, Table, Region], list[Cost]]] = {
    "kubernetes:core/v1:Service": _service,
    "sixfold:cloudwatch:Alarm": _alarm,
    "sixfold:ec2:NatGateway": _nat,
    "sixfold:ec2:VpcEndpoint": _endpoint,
    "sixfold:eks:Cluster": _cluster,
    "sixfold:eks:NodeGroup": _machines,
    "sixfold:kms:Key": _key,
    "sixfold:secretsmanager:Secret": _secret,
}


def _hourly(table: Table, rate: float, what: str) -> Cost:
    return Cost(rate * table.hours_per_month, what)


def _number(props: Props, name: str, default: float | None = None) -> float | None:
    value = props.get(name, default)
    return value if isinstance(value, int | float) else None
