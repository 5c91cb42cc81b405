"""The steps of a model's life: load, features, train, evaluate, publish. Commands, CI and pods call the same functions.

Each takes what it needs as values, does nothing where there is nothing to do, and tells a reporter how it goes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from delivery.changelog import changes_since
from delivery.experiments import keep
from delivery.package import ROOT, build, commit
from delivery.release_code import build_features as own_features
from delivery.release_code import names_tables_barely
from delivery.reporter import Reporter
from delivery.served import live_release
from infra.checks.state import answers
from infra.stand_in.guard import READY
from models.candidate import Candidate
from models.features import build as features
from models.features.store import OF_ALL
from models.gate.cases import failing
from models.gate.evaluation import Verdict
from models.gate.judge import evaluate as judge
from models.gate.model_file import require_whole
from models.loading import is_loaded, load
from models.training import train as training
from sixfold.cases import read_cases
from sixfold.contract import Product
from sixfold.elsewhere import folder_of
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs, StackOutputs
from sixfold.product import load_code
from sixfold.registry.releases import Registry
from sixfold.release import SHORT, Changes, Record

UNCHANGED = "nothing to do: made from the same already"


def load_data(platform: PlatformRefs, product: Product, report: Reporter) -> bool:
    """Bring the lake in step with the product's sources; return whether there was anything to do."""
    changed = not is_loaded(platform, product) and load(
        platform, product, load_code(product).data.sources(), report.say
    )
    report.say("loaded, checked and labelled" if changed else UNCHANGED)
    return changed


def build_features(platform: PlatformRefs, product: Product, report: Reporter) -> bool:
    """Bring the features in step with the lake, offline and online; return whether there was anything to do."""
    changed = features.build(platform, product, report.say)
    report.say("computed and materialized" if changed else UNCHANGED)
    return changed


def keep_features(outputs: StackOutputs, registry: Registry, product: Product, report: Reporter) -> None:
    """Bring the features in step with the lake, by the definitions of the release that answers most of the traffic.

    A release goes on with what it was trained on, whatever the working tree says by now; without one, the tree decides.

    Raises:
        SixfoldError: that release's own code cannot build them.

    """
    platform, release = outputs.platform, live_release(outputs, product.name)
    record = next((each for each in registry.records(product.name) if each.digest == release), None)
    if record is None or record.feature_hash == training.feature_hash(product):
        build_features(platform, product, report)
        return
    report.say(f"by the definitions of release {record.short}, which are not the working tree's")
    try:
        source = registry.fetch(product.name, record.digest) / "src"
        if names_tables_barely(source):
            from models.lake import Lake  # noqa: PLC0415 - half a second for Iceberg, which such releases alone need here

            Lake(platform, product.package).lend()
        own_features(source, platform)
    except SixfoldError as error:
        raise SixfoldError(
            f"the features of release {record.short} are out of date: {error.what}",
            remedy=f"check out its commit, {record.git_commit}, and run the same command again",
        ) from error


def train(platform: PlatformRefs, product: Product, folder: Path, report: Reporter) -> Candidate:
    """Train a candidate on the lake as it is now, in `folder`, and keep the run among the stack's experiments."""
    began = perf_counter()
    candidate = training.train(platform, product, folder, report.say)
    keep(platform, product, candidate, perf_counter() - began)
    return candidate


def live_bento(outputs: StackOutputs, registry: Registry, product: str, report: Reporter) -> Path | None:
    """Return the code and model of the live release, None without one.

    One that exists nowhere any more is none: a candidate that takes its place must pass without the comparison.
    """
    release = live_release(outputs, product)
    if release is None:
        return None
    bento = registry.find(product, release)
    if bento is None:
        report.say(f"the live release {release[:SHORT]} exists nowhere any more, and nothing is compared with it")
        return None
    return bento / "src"


def evaluate(candidate: Candidate, product: Product, live: Path | None, report: Reporter, code: Path = ROOT) -> Verdict:
    """Compare a candidate with the baseline, the live release and the product's cases; return the verdict.

    Args:
        candidate: what `train` made.
        product: its contract has the margins.
        live: code and model of the live release; None: none is live.
        report: receives the figures.
        code: the project with the product's folder, or with the file that says where it is.

    Raises:
        SixfoldError: a case in the product's folder is not valid.

    """
    cases = read_cases(folder_of(product.package, code / "products"), product)
    verdict = judge(candidate, product, live, cases)
    beside = "none is live" if verdict.live is None else f"live release {verdict.live:.4f}"
    report.say(
        f"{verdict.metric} on the test months: {verdict.value:.4f}; naive baseline {verdict.baseline:.4f}; {beside}"
    )
    for rule in verdict.rules:
        report.say(rule.sentence, passed=rule.passed)
    report.say(f"report: {candidate.report}")
    return verdict


def require_passed(verdict: Verdict, candidate: Candidate) -> None:
    """Do nothing where the gate lets a candidate pass.

    Raises:
        SixfoldError: the gate refuses it; the message says which number failed, and by how much.

    """
    if not verdict.passed:
        raise SixfoldError(
            f"the gate refuses the candidate of {verdict.product}: {'; '.join(verdict.refusals)}",
            remedy=f"read {candidate.report}, improve the model or its data, and train again",
        )


def publish(
    candidate: Candidate,
    product: Product,
    registry: Registry,
    live: Path | None,
    report: Reporter,
    code: Path = ROOT,
) -> str:
    """Package a candidate that passes the gate, publish it, and return its digest. The same again changes nothing.

    Args:
        candidate: what `train` made.
        product: its contract.
        registry: receives the release.
        live: code and model of the live release; None: none is live.
        report: receives the figures of the gate.
        code: the project whose code serves the release.

    Raises:
        SixfoldError: there is no candidate, the gate refuses it, or its model is not one file.

    """
    verdict = evaluate(candidate, product, live, report, code)
    require_passed(verdict, candidate)
    require_whole(candidate.model)
    archive, digest = build(candidate.path, product, code)
    known = {record.digest: record for record in registry.records(product.name)}
    if digest in known:
        report.say(f"release {digest[:SHORT]} is published already, on {known[digest].created:%Y-%m-%d}")
        return digest
    record = Record(
        product=product.name,
        digest=digest,
        created=datetime.now(UTC),
        git_commit=commit(ROOT),
        lock_hash=sha256((ROOT / "requirements.lock").read_bytes()).hexdigest(),
        feature_hash=candidate.record.feature_hash,
        training_key=candidate.record.training_key,
        snapshots=candidate.origin.snapshots,
        metrics={**candidate.record.metrics, f"baseline_{verdict.metric}": verdict.baseline},
        changes=_changes(candidate, product, known.values(), live, code),
        gate=tuple(rule.sentence for rule in verdict.rules),
    )
    registry.publish(record, archive)
    report.say(f"release {record.short} published")
    return digest


def _changes(
    candidate: Candidate, product: Product, records: Iterable[Record], live: Path | None, code: Path
) -> Changes | None:
    if live is None:
        return None
    before = Candidate(live)
    since = next((each.digest for each in records if each.training_key == before.record.training_key), None)
    cases = read_cases(folder_of(product.package, code / "products"), product)
    return changes_since(before, since, candidate, {name: cases[name] for name in failing(before, product, cases)})


def remove_features(platform: PlatformRefs, products: list[Product]) -> None:
    """Delete the online feature tables: Feast created them, and the engine does not know them.

    A local AWS that does not run has forgotten them already.
    """
    if platform.aws_endpoint and not answers(f"{platform.aws_endpoint}{READY}"):
        return
    for package in (*(product.package for product in products), OF_ALL):
        features.teardown(platform, package)
