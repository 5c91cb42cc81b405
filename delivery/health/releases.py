"""The releases of a stack on one machine: whether each answers as itself, and exists in both places."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families

from delivery.health.finding import Finding, Question, answer_within
from delivery.health.processes import Process, duration, problem_of, releases
from models import aws
from sixfold.contract import Product
from sixfold.metric_names import FEATURE_FRESHNESS, LOG_PENDING
from sixfold.outputs import PlatformRefs, ServedRelease, StackOutputs
from sixfold.registry.copy import ReleaseCopy
from sixfold.registry.published import ATTESTATION, BENTO
from sixfold.release import SHORT

MOST_WAITING = 10_000
"""Rows of the prediction log in a release's memory, beyond which the lake is too slow or away."""


class Live(NamedTuple):
    """A release that the stack output names."""

    product: str
    version: str
    release: ServedRelease

    @property
    def name(self) -> str:
        """The release as people name it."""
        return f"{self.product} {self.version} {self.release.release[:SHORT]}"


class Figures(NamedTuple):
    """A release's own figures: the short digest that it reports, rows that wait, age of its features in seconds."""

    digest: str | None
    waiting: float
    freshness_s: float | None


def live(outputs: StackOutputs) -> list[Live]:
    """Return every release that the output of a stack names."""
    return [
        Live(product.name, version.version, release)
        for product in outputs.products
        for version in product.api_versions
        for release in version.releases
    ]


def questions(
    outputs: StackOutputs, processes: list[Process], products: Mapping[str, Product], home: Path, up: str
) -> Iterator[Question]:
    """Yield the questions to the releases: their answer, their copy on this machine, and the bucket."""
    found = {(product, version, digest): process for process, product, version, digest in releases(processes)}
    for each in live(outputs):
        process = found.get((each.product, each.version, each.release.release))
        contract = products.get(each.product)
        yield Question("release", each.name, partial(_answers, each, process, contract, up), up)
        yield Question("copy", each.name, partial(_copy, each, home, up), up)
        yield Question("bucket", each.name, partial(_bucket, each, outputs.platform, up), up)


def judge(each: Live, figures: Figures, contract: Product | None, up: str) -> Iterator[Finding]:
    """Judge the figures of a release that answers: its identity, its log and its features."""
    ours = each.release.release[:SHORT]
    if figures.digest != ours:
        says = f"{figures.digest or 'no release'} answers at its address"
        yield Finding("release", each.name, well=False, says=says, remedy=up)
        return
    yield Finding("release", each.name, well=True, says=f"answers, {each.release.weight}% of the traffic")
    behind, waiting = figures.waiting > MOST_WAITING, f"{figures.waiting:,.0f} rows wait for the lake"
    yield Finding("log", each.name, well=not behind, says=waiting, remedy=up if behind else None)
    if contract and figures.freshness_s is not None:
        limit = contract.limits.feature_freshness_hours * 3600
        old = figures.freshness_s > limit
        says = f"features are {duration(figures.freshness_s)} old, the limit is {duration(limit)}"
        remedy = f"`sixfold data load {each.product}`" if old else None
        yield Finding("store", each.name, well=not old, says=says, remedy=remedy)


def figures_of(text: str) -> Figures:
    """Read a release's figures from its metrics in Prometheus' text format."""
    digests, waiting, freshness = set[str](), 0.0, None
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            digests |= {value for name, value in sample.labels.items() if name == "release"}
            if sample.name == LOG_PENDING:
                waiting += sample.value
            if sample.name == FEATURE_FRESHNESS:
                freshness = sample.value
    return Figures(digests.pop() if len(digests) == 1 else None, waiting, freshness)


def _answers(each: Live, process: Process | None, contract: Product | None, up: str) -> Iterator[Finding]:
    if process is None or process.health_url is None:
        yield Finding("release", each.name, well=False, says="no process serves it", remedy=up)
    elif problem := problem_of(process.health_url):
        yield Finding(
            "release", each.name, well=False, says=problem, remedy=f"{up}; or `sixfold rollback {each.product}`"
        )
    else:
        metrics = httpx.URL(process.health_url).copy_with(path="/metrics")
        text = httpx.get(metrics, timeout=answer_within(), trust_env=False).raise_for_status().text
        yield from judge(each, figures_of(text), contract, up)


def _copy(each: Live, home: Path, up: str) -> list[Finding]:
    copy = ReleaseCopy(home)
    if copy.intact(each.product, each.release.release):
        return [Finding("copy", each.name, well=True, says="whole, on this machine")]
    lies = copy.bento(each.release.release).exists()
    says = f"{'damaged' if lies else 'gone'} on this machine"
    return [Finding("copy", each.name, well=False, says=says, remedy=up)]


def _bucket(each: Live, platform: PlatformRefs, up: str) -> list[Finding]:
    folder = f"{each.product}/{each.release.release}"
    held = all(aws.has_object(platform, platform.registry_bucket, f"{folder}/{name}") for name in (BENTO, ATTESTATION))
    says = f"{'is' if held else 'is not'} in s3://{platform.registry_bucket}"
    return [Finding("bucket", each.name, well=held, says=says, remedy=None if held else up)]
