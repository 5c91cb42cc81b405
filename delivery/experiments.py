"""Training runs as experiments: each new one is kept with its origin, so that it can be compared, and taken again."""

import platform as machine
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version

from delivery.package import ROOT, commit
from models.candidate import Candidate
from models.training.experiments import Experiments, Run, id_of, trials_of
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.product import load_code
from sixfold.release import SHORT


def keep(platform: PlatformRefs, product: Product, candidate: Candidate, seconds: float) -> None:
    """Keep a training run of a stack; the same data, code and libraries are the same run, which is kept once."""
    from delivery.traffic import me  # noqa: PLC0415 - traffic imports the life of a model, which keeps its runs

    record = candidate.record
    run = Run(
        id=id_of(candidate),
        product=product.name,
        at=datetime.now(UTC),
        by=me(),
        seconds=round(seconds, 1),
        git_commit=commit(ROOT),
        training_key=record.training_key,
        feature_hash=record.feature_hash,
        metric=product.metric.name,
        metrics=record.metrics,
        params=record.params,
        trials=trials_of(candidate),
        content=record.content,
        snapshots=candidate.origin.snapshots,
        environment=environment(product),
    )
    Experiments(platform, product.package).keep(run, candidate)


def environment(product: Product) -> dict[str, str]:
    """Return the versions that a model depends on: Python, the lock file, and the libraries of its framework."""
    libraries = load_code(product).model.FRAMEWORK.libraries
    lock = sha256((ROOT / "requirements.lock").read_bytes()).hexdigest()[:SHORT]
    return {"python": machine.python_version(), "lock": lock, **{name: version(name) for name in libraries}}
