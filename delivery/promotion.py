"""`sixfold promote`: carries one release from a stack to another: checks, copy, stack file, branch and commit.

Nothing becomes live: the commit does, when CI deploys it. What is refused is refused before anything is written.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import ClientError

from delivery.package import ROOT
from delivery.served import describe
from delivery.traffic import Traffic
from models import aws, steps
from models.candidate import Candidate
from models.features.online import project_of, read_freshness
from models.gate.cases import failing
from sixfold.cases import read_cases
from sixfold.contract import Product
from sixfold.elsewhere import folder_of
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.archive import pack
from sixfold.registry.entries import ended, require_open, withdrawn
from sixfold.registry.ledger import Versions
from sixfold.release import Record
from sixfold.stack import Pin, pin, read

WHOLE = 100


@dataclass(frozen=True)
class Proposal:
    """A release that may go to another stack, and the pins of that stack with it."""

    product: Product
    record: Record
    bento: Path
    version: str


def propose(source: Traffic, product: Product, version: str, digest: str) -> Proposal:
    """Return a release of a stack, once it is known that it may leave it.

    Raises:
        SixfoldError: it never answered there, was taken back or withdrawn, is not what its digest says, or the gate of
            today's contract refuses it.

    """
    stack, entries = source.stack.name, source.ledger.entries(product.name)
    record = next(each for each in source.registry.records(product.name) if each.digest == digest)
    require_open(product.name, [digest], withdrawn(entries))
    if digest in ended(entries):
        raise SixfoldError(
            f"a rollout on {stack} took release {record.short} back: {ended(entries)[digest].reason}",
            remedy=f"promote another one; `sixfold ledger {product.name} --stack {stack}` has the numbers",
        )
    if not any(digest in entry.releases for entry in entries):
        raise SixfoldError(
            f"release {record.short} never answered on {stack}",
            remedy=f"let it answer there: `sixfold rollout {product.name} {version} {record.short} --stack {stack}`",
        )
    bento = source.registry.fetch(product.name, digest)
    _require_gate(product, record, bento)
    return Proposal(product, record, bento, version)


def require_welcome(target: Traffic, proposal: Proposal) -> None:
    """Do nothing where a stack may take a release.

    Raises:
        SixfoldError: the stack does not have the product or the API version, has withdrawn the release, has a rollout
            under way, or has a live release with a field that this one lacks; or features are missing, or not fresh.

    """
    product, name, stack = proposal.product, proposal.product.name, target.stack.name
    versions = target.stack.settings().products.get(name)
    if versions is None or proposal.version not in versions:
        raise SixfoldError(
            f"{target.stack.file.name} has no {name} {proposal.version}",
            remedy=f"name it there with `releases: []`, deploy {stack}, and load its data; then promote",
        )
    if len(versions[proposal.version].releases) > 1:
        raise SixfoldError(
            f"a rollout of {name} {proposal.version} is under way on {stack}: {describe(target.now(name))}",
            remedy="finish it, or settle it with `sixfold release`, and promote then",
        )
    target.require_allowed(name, {proposal.version: (Pin(release=proposal.record.digest),)})
    require_features(target.stack.platform, product, Candidate(proposal.bento / "src"), stack)


def require_features(platform: PlatformRefs, product: Product, release: Candidate, stack: str) -> None:
    """Do nothing where a stack has the features that a release reads, online and in the lake, and they are fresh.

    Raises:
        SixfoldError: one of them is not there, or all are older than the contract allows.

    """
    views = release.record.views
    places = steps.versions(platform, product.package, [view.table for view in views])
    lacking = [name for name, place in places.items() if place is None]
    lacking += [view.name for view in views if not _is_online(platform, product.package, view.name)]
    load = f"`sixfold data load {product.name} --stack {stack}`"
    if lacking:
        raise SixfoldError(
            f"{stack} has no {', '.join(sorted(lacking))}, which the release reads",
            remedy=f"{load}, with the code of the release's commit",
        )
    if not views:
        return
    age = datetime.now(UTC) - read_freshness(aws.s3(platform), platform, product.package).materialized_at
    if age > timedelta(hours=product.limits.feature_freshness_hours):
        raise SixfoldError(
            f"the features on {stack} were copied {age.total_seconds() / 3600:.0f} hours ago, and "
            f"{product.limits.feature_freshness_hours:g} are allowed",
            remedy=load,
        )


def wanted(now: Versions, proposal: Proposal, weight: int | None) -> tuple[Pin, ...]:
    """Return the pins of the API version: without a weight, all where nothing is live, else a shadow at 0%.

    Raises:
        SixfoldError: a part of the traffic is asked for where nothing could take the rest.

    """
    new, live = proposal.record.digest, now.get(proposal.version, ())
    share = weight if weight is not None else (0 if live else WHOLE)
    rest = [each for each in live if each.release != new]
    if not rest or share == WHOLE:
        if share != WHOLE and not rest:
            raise SixfoldError(
                f"nothing else answers {proposal.product.name} {proposal.version}: its share cannot be {share}%",
                remedy="leave --weight out: it answers all",
            )
        return (Pin(release=new),)
    return (rest[0].model_copy(update={"weight": WHOLE - share}), Pin(release=new, weight=share))


def edit(target: Traffic, proposal: Proposal, pins: tuple[Pin, ...]) -> None:
    """Write the pins into the stack file of the target."""
    pin(target.stack.file, proposal.product.name, proposal.version, list(pins))


def copy(target: Traffic, proposal: Proposal) -> None:
    """Put the release into the registry of the target, under the same digest. The same again changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        pack(proposal.bento, archive := Path(folder, "bento.tar"))
        target.registry.publish(proposal.record, archive)


def branch_of(target: Traffic, proposal: Proposal) -> str:
    """Return the name of the branch of a promotion."""
    return f"promote/{proposal.product.name}-{proposal.version}-{proposal.record.short}-to-{target.stack.name}"


def require_clean(target: Traffic) -> None:
    """Do nothing where the stack file is as it is committed.

    Raises:
        SixfoldError: it has changes that are not of the promotion, or the project is not in git.

    """
    if changed := _git(target.stack.project.root, "status", "--porcelain", "--", str(target.stack.file)).strip():
        raise SixfoldError(
            f"{target.stack.file.name} has changes that are not committed: {changed}",
            remedy="commit them, or take them back: a promotion is one release, one stack, one commit",
        )


def commit_change(target: Traffic, proposal: Proposal, source: str) -> str:
    """Commit the stack file on a branch of its own, and return the branch; the branch is then the current one."""
    root, branch = target.stack.project.root, branch_of(target, proposal)
    name, version, short = proposal.product.name, proposal.version, proposal.record.short
    pins = read(target.stack.file).products[name][version].releases
    title = f"Promote {name} {version} {short} from {source} to {target.stack.name}"
    body = f"It passed the gate and answered on {source}. Then: {describe({version: pins})}."
    _git(root, "switch", "--quiet", "--create", branch)
    _git(root, "commit", "--quiet", "-m", title, "-m", body, "--", str(target.stack.file))
    return branch


def _require_gate(product: Product, record: Record, bento: Path) -> None:
    """Hold a release to today's contract: its recorded figures, and the cases that were found since."""
    refused = list(_refusals(product, record))
    cases = read_cases(folder_of(product.package, ROOT / "products"), product)
    refused += [f"case {name}" for name in failing(Candidate(bento / "src"), product, cases)]
    if refused:
        raise SixfoldError(
            f"the gate of today refuses release {record.short}: {'; '.join(refused)}",
            remedy="train and publish another one; a case that is wrong is deleted from the product's folder",
        )


def _refusals(product: Product, record: Record) -> Iterator[str]:
    metric = product.metric
    value, baseline = record.metrics.get(metric.name), record.metrics.get(f"baseline_{metric.name}")
    if value is None or baseline is None:
        yield f"its record has no {metric.name}, by which the contract judges"
    elif metric.sign * (value - baseline) < metric.baseline_margin:
        margin = f"{metric.baseline_margin:g}"
        yield f"{metric.name} {value:.4f} is not better than the baseline's {baseline:.4f} by {margin}"


def _is_online(platform: PlatformRefs, package: str, view: str) -> bool:
    client = aws.dynamodb(platform)
    try:
        client.describe_table(TableName=f"{project_of(platform, package)}.{view}")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SixfoldError(
            f"`git {arguments[0]}` in {root}: {done.stderr.strip() or done.stdout.strip()}",
            remedy="a promotion is a commit: put it right, and promote again; --dry-run needs no git",
        )
    return done.stdout
