"""Trains a candidate: a search on Ray, a final fit, ONNX, and the test months scored."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models import steps
from models.candidate import BASELINE, SCORE, Candidate, Origin, Record
from models.hashing import code_key, content_key, library_key, product_key
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import load_code

if TYPE_CHECKING:
    from models.lake import Lake
    from models.training.dataset import Dataset
    from models.training.search import Params
    from sixfold.drift import Reference
    from sixfold.metrics import Floats

Progress = Callable[[str], None]
DIGITS = 9
_STEP = "train"
_LOG = logging.getLogger(__name__)


def train(platform: PlatformRefs, product: Product, folder: Path, progress: Progress = _LOG.info) -> Candidate:
    """Leave a candidate in `folder`, and return it. A candidate of the same training key is not trained again.

    Raises:
        SixfoldError: the features were never built, or ONNX says something else than the model.

    """
    done = Candidate(folder) if (folder / "candidate.json").exists() else None
    code = _code(product)
    if done and steps.unchanged(
        platform, product.package, _STEP, content_key(code, done.record.training_key), done.record.content
    ):
        return done
    from models.lake import Lake  # noqa: PLC0415 - a run with nothing to do does not wait for Iceberg

    lake = Lake(platform, product.package)
    content = _content(lake, product)
    key = content_key(code, *content.values())
    if done is None or done.record.training_key != key:
        done = _train(lake, product, folder, content, key, progress)
    steps.record(platform, product.package, _STEP, content_key(code, key), content)
    return done


def feature_hash(product: Product) -> str:
    """Return the key of the code that defines and computes the product's features."""
    return product_key(product, "features", "service")


def _code(product: Product) -> str:
    modules = (
        "models.training.train",
        "models.training.search",
        "models.training.export",
        "models.training.dataset",
        "models.offline",
        "sixfold.drift",
    )
    return content_key(
        code_key(*modules),
        product_key(product, "train"),
        feature_hash(product),
        library_key("lightgbm", "onnxmltools"),
        product.metric.name,
    )


def _reference(data: "Dataset", scores: "Floats") -> "dict[str, Reference]":
    from sixfold.drift import describe_all  # noqa: PLC0415 - a run with nothing to do does not wait for numpy

    learned = data.part(data.train, data.validate).features
    exact = describe_all({**dict(zip(data.features, learned.T, strict=True)), SCORE: scores})
    return {
        name: reference.model_copy(
            update={
                "centiles": tuple(map(_figure, reference.centiles)),
                "missing": _figure(reference.missing),
            }
        )
        for name, reference in exact.items()
    }


def _content(lake: "Lake", product: Product) -> dict[str, str]:
    """Return the content keys of the tables that training reads."""
    code = load_code(product)
    tables = (*code.train.INPUTS, *(view.batch_source.name for view in code.features.VIEWS))
    content = {name: lake.facts(name).get("content", "") for name in tables}
    missing = [name for name, key in content.items() if not key]
    if missing:
        raise SixfoldError(
            f"the lake has no {', '.join(missing)}", remedy=f"build the features: `sixfold data load {product.name}`"
        )
    return dict(sorted(content.items()))


def _train(
    lake: "Lake", product: Product, folder: Path, content: dict[str, str], key: str, progress: Progress
) -> Candidate:
    from models.training.dataset import assemble  # noqa: PLC0415 - a run with nothing to do does not wait for polars
    from models.training.search import best, search  # noqa: PLC0415 - the same
    from sixfold.metrics import measure_of  # noqa: PLC0415 - the same, for numpy

    recipe = load_code(product).train
    measure = measure_of(product)
    data = assemble(lake, product)
    progress(
        f"examples: {data.train.height:,} to learn, {data.validate.height:,} to choose, {data.test.height:,} to judge"
    )
    trials = []
    space = [{**recipe.FIXED, **params} for params in recipe.SEARCH]
    for trial in search(space, recipe.MAX_ROUNDS, measure, data.part(data.train), data.part(data.validate)):
        trials.append(trial)
        progress(f"trial {len(trials)} of {len(space)}: {product.metric.name} {trial.value:.4f}, {trial.rounds} trees")
    chosen = best(trials, product.metric.direction)
    return _fit(lake, product, data, folder, content, key, chosen.params, chosen.rounds)


def refit(platform: PlatformRefs, product: Product, base: Candidate, folder: Path, change: "Params") -> Candidate:
    """Leave a candidate with other parameters than `base`, without a search; `rounds`, the number of trees, is one.

    Raises:
        SixfoldError: the features were never built, or ONNX says something else than the model.

    """
    from models.lake import Lake  # noqa: PLC0415 - the same
    from models.training.dataset import assemble  # noqa: PLC0415 - with the rest of what training loads

    lake = Lake(platform, product.package)
    content = _content(lake, product)
    params = {**base.record.params, **change}
    key = content_key(_code(product), *content.values(), repr(sorted(params.items())))
    rounds = params.pop("rounds", base.record.rounds)
    return _fit(lake, product, assemble(lake, product), folder, content, key, params, rounds)


def _fit(
    lake: "Lake",
    product: Product,
    data: "Dataset",
    folder: Path,
    content: dict[str, str],
    key: str,
    params: "Params",
    rounds: int,
) -> Candidate:
    """Fit on all but the test months, and leave the candidate."""
    import polars as pl  # noqa: PLC0415 - a run with nothing to do does not wait for polars

    from models.training.export import export  # noqa: PLC0415 - the same
    from models.training.search import fit  # noqa: PLC0415 - the same
    from sixfold.metrics import METRICS, measure_of  # noqa: PLC0415 - the same, for numpy

    measures = {**METRICS, product.metric.name: measure_of(product)}
    booster = fit(params, data.part(data.train, data.validate), rounds)
    judged = data.part(data.test)
    folder.mkdir(parents=True, exist_ok=True)
    difference = export(booster, judged.features, folder / "model.onnx", product.name)
    scores = booster.predict(judged.features)
    data.test.with_columns(pl.Series(SCORE, scores)).write_parquet(folder / "test.parquet")
    gain, naive = booster.feature_importance("gain"), data.test[BASELINE].to_numpy()
    record = Record(
        product=product.name,
        training_key=key,
        content=content,
        feature_hash=feature_hash(product),
        features=data.features,
        reference=_reference(data, scores),
        params=params,
        rounds=rounds,
        periods=data.periods,
        rows={"train": data.train.height, "validate": data.validate.height, "test": data.test.height},
        metrics={name: _figure(metric(judged.labels, scores)) for name, metric in measures.items()},
        baseline={name: _figure(metric(judged.labels, naive)) for name, metric in measures.items()},
        importance=dict(zip(data.features, map(_figure, gain / gain.sum()), strict=True)),
    )
    origin = Origin(snapshots={name: lake.snapshot_id(name) for name in content}, onnx_difference=difference)
    (folder / "origin.json").write_text(origin.model_dump_json(indent=2) + "\n")
    # Last, so that a training that dies leaves no candidate that looks whole.
    (folder / "candidate.json").write_text(record.model_dump_json(indent=2) + "\n")
    return Candidate(folder)


def _figure(value: float) -> float:
    """Return a figure to `DIGITS` significant digits: the last bits of a sum differ between processors."""
    return float(f"{value:.{DIGITS}g}")
