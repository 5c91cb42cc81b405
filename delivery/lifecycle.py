"""The steps of a model's life, as the commands call them. Heavy libraries load only where there is work to do."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from delivery.reporter import say
from delivery.workspace import Workspace
from infra.checks.state import answers
from sixfold.errors import SixfoldError
from sixfold.registry.releases import Record
from sixfold.release import SHORT

if TYPE_CHECKING:
    from models.candidate import Candidate
    from models.gate.evaluation import Verdict

_BUILD_FEATURES = """
import sys
from pathlib import Path
from models.features.build import build
from sixfold.contract import load_product
from sixfold.outputs import PlatformRefs
build(PlatformRefs.model_validate_json(sys.argv[1]), load_product(Path("product.yaml")))
"""
_OF_THE_RELEASE = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}  # bytecode in it would no longer be the release
UNCHANGED = "nothing to do: made from the same already"


def load_data(work: Workspace, product: str) -> None:
    """Bring the lake in step with the product's sources."""
    from models.loading import load  # noqa: PLC0415 - see the module

    contract = work.product(product)
    sources = import_module(f"products.{contract.package}.data").sources()
    say("loaded, checked and labelled" if load(work.platform, contract, sources, say) else UNCHANGED)


def build_features(work: Workspace, product: str) -> None:
    """Bring the product's features in step with the lake, offline and online."""
    from models.features.build import build  # noqa: PLC0415 - see the module

    say("computed and materialized" if build(work.platform, work.product(product), say) else UNCHANGED)


def keep_features(work: Workspace, product: str) -> None:
    """Bring the features in step with the lake, by the definitions of the release that answers most of the traffic.

    A release goes on with what it was trained on, whatever the working tree says by now; without one, the tree decides.

    Raises:
        SixfoldError: that release's own code cannot build them.

    """
    from models.training.train import feature_hash  # noqa: PLC0415 - see the module

    release = live_release(work, product)
    record = next((each for each in work.registry.records(product) if each.digest == release), None)
    if record is None or record.feature_hash == feature_hash(work.product(product)):
        build_features(work, product)
        return
    say(f"by the definitions of release {record.short}, which are not the working tree's")
    source = work.registry.fetch(product, record.digest) / "src"
    command = [sys.executable, "-c", _BUILD_FEATURES, work.platform.model_dump_json()]
    done = subprocess.run(
        command, cwd=source, env=os.environ | _OF_THE_RELEASE, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SixfoldError(
            f"the features of release {record.short} cannot be built by its own code: {done.stderr.strip()[-1500:]}",
            remedy=f"check out its commit, {record.git_commit}, and run the same command again",
        )


def train(work: Workspace, product: str) -> "Candidate":
    """Return a candidate made from the lake as it is now."""
    from models.training.train import train as make  # noqa: PLC0415 - see the module

    return make(work.platform, work.product(product), candidate_folder(work, product), say)


def evaluate(work: Workspace, product: str, folder: Path | None = None) -> "Verdict":
    """Hold the candidate against the baseline and the release now live, and print the figures.

    Args:
        work: where.
        product: its name.
        folder: where the candidate is; None: where `train` leaves it.

    Raises:
        SixfoldError: the gate refuses it; the message says which number failed, and by how much.

    """
    from models.candidate import Candidate  # noqa: PLC0415 - see the module
    from models.gate.judge import evaluate as judge  # noqa: PLC0415 - see the module

    candidate = Candidate(folder or candidate_folder(work, product))
    verdict = judge(candidate, work.product(product), _live(work, product))
    live = "none is live" if verdict.live is None else f"live release {verdict.live:.4f}"
    say(f"{verdict.metric} on the test months: {verdict.value:.4f}; naive baseline {verdict.baseline:.4f}; {live}")
    for rule in verdict.rules:
        say(f"{'[green]pass[/]' if rule.passed else '[red]fail[/]'} {rule.sentence}")
    say(f"report: {candidate.report}")
    if not verdict.passed:
        raise SixfoldError(
            f"the gate refuses the candidate of {product}: {'; '.join(verdict.refusals)}",
            remedy=f"read {candidate.report}, improve the model or its data, and train again",
        )
    return verdict


def publish(work: Workspace, product: str, folder: Path | None = None, code: Path | None = None) -> str:
    """Package a candidate that passes the gate, publish it, and return its digest. The same again changes nothing.

    Args:
        work: where.
        product: its name.
        folder: where the candidate is; None: where `train` leaves it.
        code: the project whose code serves it; None: this one.

    Raises:
        SixfoldError: there is no candidate, or the gate refuses it.

    """
    from delivery.package import ROOT, build  # noqa: PLC0415 - see the module
    from models.candidate import Candidate  # noqa: PLC0415 - see the module

    verdict = evaluate(work, product, folder)
    candidate = Candidate(folder or candidate_folder(work, product))
    archive, digest = build(candidate.path, work.product(product), code or ROOT)
    known = {record.digest: record for record in work.registry.records(product)}
    if digest in known:
        say(f"release {digest[:SHORT]} is published already, on {known[digest].created:%Y-%m-%d}")
        return digest
    record = Record(
        product=product,
        digest=digest,
        created=datetime.now(UTC),
        git_commit=_commit(work.root),
        lock_hash=sha256((work.root / "requirements.lock").read_bytes()).hexdigest(),
        feature_hash=candidate.record.feature_hash,
        training_key=candidate.record.training_key,
        snapshots=candidate.record.snapshots,
        metrics={**candidate.record.metrics, f"baseline_{verdict.metric}": verdict.baseline},
    )
    work.registry.publish(record, archive)
    say(f"release {record.short} published")
    return digest


def predict(work: Workspace, product: str, version: str, row: str | None = None) -> dict[str, Any]:
    """Ask the live service.

    Args:
        work: where.
        product: its name.
        version: its API version.
        row: a row as JSON; None: the contract's example.

    Raises:
        SixfoldError: there is no such version, or it did not answer with a prediction.

    """
    body = row or json.dumps(work.product(product).example)
    headers = {"Content-Type": "application/json", "X-Consumer": "sixfold-cli"}
    answer = httpx.post(f"{url(work, product, version)}/predict", content=body, headers=headers, timeout=30)
    if not answer.is_success:
        problem = answer.json()
        faults = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", []))
        raise SixfoldError(
            f"{product} {version} answered {answer.status_code}: {faults or problem['detail']}",
            remedy="correct the row, or see the release's log below .sixfold/run/logs",
        )
    prediction: dict[str, Any] = answer.json()
    return prediction


def url(work: Workspace, product: str, version: str) -> str:
    """Return where an API version is served.

    Raises:
        SixfoldError: there is no such version.

    """
    urls = {(p.name, v.version): v.url for p in work.environment.products for v in p.api_versions}
    if (product, version) not in urls:
        known = ", ".join(" ".join(key) for key in urls)
        raise SixfoldError(f"the stack serves no {product} {version}", remedy=f"name one of these: {known}")
    return urls[product, version]


def teardown(work: Workspace) -> None:
    """Delete what the engine does not know of: the online feature tables that Feast made.

    A local AWS that does not run has forgotten them already.
    """
    endpoint = work.platform.aws_endpoint
    if endpoint and not answers(f"{endpoint}/moto-api/"):
        return
    from models.features.build import teardown as remove  # noqa: PLC0415 - see the module

    for served in work.environment.products:
        remove(work.platform, work.product(served.name))


def candidate_folder(work: Workspace, product: str) -> Path:
    """Return where `train` leaves a product's candidate."""
    return work.home / "candidates" / product


def live_release(work: Workspace, product: str) -> str | None:
    """Return the release that answers most of the newest API version that has any, None where none does."""
    versions = next((p.api_versions for p in work.environment.products if p.name == product), ())
    served = [version.releases for version in versions if version.releases]
    return max(served[-1], key=lambda release: release.weight).release if served else None


def _live(work: Workspace, product: str) -> Path | None:
    """Return the folder of the live release, None without one."""
    release = live_release(work, product)
    return work.registry.fetch(product, release) / "src" if release else None


def _commit(root: Path) -> str:
    """Return the commit of the project, marked where files differ from it; "unknown" outside of git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
