"""The price table, `aws.yaml`: strict, dated, and read once."""

from datetime import date
from functools import cache
from pathlib import Path

import yaml

from sixfold.declared import Strict
from sixfold.errors import SixfoldError

PAGE = Path(__file__).with_name("aws.yaml")


class Everywhere(Strict):
    """Prices that are the same in every region of the table; US dollars."""

    alarm_month: float
    alarm_high_resolution_month: float
    eks_cluster_hour: float
    kms_key_month: float
    public_ipv4_hour: float
    secret_month: float


class Region(Strict):
    """Prices of one region; US dollars. `instance_hour` is by instance type."""

    gp3_gib_month: float
    interface_endpoint_hour: float
    nat_gateway_hour: float
    network_load_balancer_hour: float
    instance_hour: dict[str, float]


class Table(Strict):
    """All prices, the day on which they held, and where they were read."""

    as_of: date
    source: str
    hours_per_month: int
    everywhere: Everywhere
    regions: dict[str, Region]

    def region(self, name: str) -> Region:
        """Return the prices of a region.

        Raises:
            SixfoldError: the table has none.

        """
        if name not in self.regions:
            raise SixfoldError(
                f"there are no prices for the region {name}",
                remedy=f"add it to infra/checks/cost/{PAGE.name}, which has {', '.join(sorted(self.regions))}",
            )
        return self.regions[name]


@cache
def prices() -> Table:
    """Return the table."""
    return Table.model_validate(yaml.safe_load(PAGE.read_text()))
