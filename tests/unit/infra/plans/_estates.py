"""Estates for hypothesis: 1 to 20 products, each with up to 5 releases a version, as a stack may have them."""

from datetime import date, timedelta
from hashlib import sha256
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from infra.plans.routing.traffic import VersionTraffic, local_addresses, plan_traffic
from sixfold.contract import Product
from sixfold.stack import Pin, Traffic

TODAY = date(2026, 11, 23)
Estate = tuple[dict[str, Product], tuple[VersionTraffic, ...]]

slugs = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)
shares = st.floats(0.001, 0.9999)
days = st.integers(-400, 400).map(lambda offset: TODAY + timedelta(days=offset))
lives = st.lists(days, min_size=1, max_size=3).map(
    lambda some: {"notice_days": 0, **dict(zip(("since", "deprecated", "sunset"), sorted(some), strict=False))}
)
versions = st.dictionaries(st.integers(1, 12).map(lambda number: f"v{number}"), lives, min_size=1, max_size=3)
metrics = st.fixed_dictionaries(
    {
        "name": slugs,
        "direction": st.sampled_from(["higher", "lower"]),
        "min_labels": st.integers(1, 9999),
        **dict.fromkeys(("baseline_margin", "release_margin", "live_threshold", "min_coverage"), st.floats(0, 1)),
        **dict.fromkeys(("window_hours", "label_delay_hours"), st.floats(0.1, 999)),
    }
)
contracts = st.fixed_dictionaries(
    {
        "title": texts,
        "task": st.sampled_from(["binary", "regression"]),
        "description": texts,
        "owner": slugs,
        "on_call": texts,
        "consumers": st.lists(
            st.fixed_dictionaries({"name": slugs, "purpose": texts}),
            min_size=1,
            max_size=3,
            unique_by=lambda consumer: consumer["name"],
        ),
        "metric": metrics,
        "slo": st.fixed_dictionaries(
            {"availability": shares, "latency_quantile": shares, "latency_ms": st.floats(0.1, 60_000)}
        ),
        "limits": st.fixed_dictionaries(
            {"feature_freshness_hours": st.floats(0.01, 9999), "quarantine_rate": st.floats(0, 1)}
        ),
        "api_versions": versions,
        "example": st.dictionaries(texts, texts | st.floats(allow_nan=False) | st.none(), max_size=3),
    }
)


@st.composite
def weights(draw: st.DrawFn) -> list[int]:
    """Draw 1 to 5 whole weights that add up to 100."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    return [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Draw products, some of whose versions have releases, and their traffic plan."""
    drawn = draw(st.dictionaries(slugs, contracts, min_size=1, max_size=20))
    products = {name: Product.model_validate({**contract, "name": name}) for name, contract in drawn.items()}
    numbers = count()
    pins = {
        name: {
            version: Traffic(
                releases=tuple(
                    Pin(release=sha256(str(next(numbers)).encode()).hexdigest(), weight=weight)
                    for weight in draw(st.just([]) | weights())
                )
            )
            for version in product.api_versions
        }
        for name, product in products.items()
    }
    address = local_addresses(pins, 8000)
    return products, plan_traffic(products=products, pins=pins, address=address, today=TODAY)


many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
