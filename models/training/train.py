"""Trains a candidate: a search on Ray, a final fit, ONNX, and the test months scored."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models import steps
from models.candidate import BASELINE, SCORE, Candidate, Origin, Record, score
from models.hashing import code_key, content_key, framework_key, product_key
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.product import feature_names, load_code

if TYPE_CHECKING:
    from models.frameworks.base import Params
    from models.lake import Lake
    from models.training.dataset import Dataset
    from sixfold.drift import Reference
    from sixfold.tasks import Floats

Progress = Callable[[str], None]
DIGITS = 9
TRIALS = "trials.json"
SLICE_VALUES = 100
"""Live figures are kept for so many values of a slice; all others count together."""
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
        "models.features.historical",
        "models.features.views",
        "sixfold.drift",
        "sixfold.periods",
        "sixfold.tasks.base",
        f"sixfold.tasks.{product.task}",
    )
    return content_key(
        code_key(*modules),
        product_key(product, "model"),
        feature_hash(product),
        framework_key(product),
        product.metric.name,
        *product.classes,
        *product.metric.slices,
    )


def _reference(product: Product, data: "Dataset", scores: "Floats") -> "dict[str, Reference]":
    from sixfold.drift import describe_all, named_scores  # noqa: PLC0415 - a run with nothing to do needs no numpy

    learned = data.part(data.train, data.validate).features
    exact = describe_all({**dict(zip(data.features, learned.T, strict=True)), **named_scores(product.classes, scores)})
    return {
        name: reference.model_copy(
            update={
                "centiles": tuple(map(_figure, reference.centiles)),
                "missing": _figure(reference.missing),
            }
        )
        for name, reference in exact.items()
    }


def _slices(product: Product, data: "Dataset") -> dict[str, tuple[str, ...]]:
    """Return the values of each slice that the model learned from, at most the `SLICE_VALUES` most frequent."""
    import polars as pl  # noqa: PLC0415 - a run with nothing to do does not wait for polars

    learned = pl.concat([data.train, data.validate])
    counts = {name: learned[name].drop_nulls().cast(pl.String).value_counts() for name in product.metric.slices}
    return {
        name: tuple(sorted(each.sort(["count", name], descending=[True, False])[name].head(SLICE_VALUES).to_list()))
        for name, each in counts.items()
    }


def _content(lake: "Lake", product: Product) -> dict[str, str]:
    """Return the content keys of the tables that training reads."""
    code = load_code(product)
    tables = (*code.model.INPUTS, *(view.batch_source.name for view in code.features.VIEWS))
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
    from sixfold.tasks import measure_of  # noqa: PLC0415 - the same, for numpy

    recipe = load_code(product).model
    measure = measure_of(product)
    data = assemble(lake, product)
    progress(
        f"examples: {data.train.height:,} to learn, {data.validate.height:,} to choose, {data.test.height:,} to judge"
    )
    trials = []
    space = [{**recipe.FIXED, **params} for params in recipe.SEARCH]
    for trial in search(recipe.FRAMEWORK, space, measure, data.part(data.train), data.part(data.validate)):
        trials.append(trial)
        rounds = f", {trial.params['rounds']} rounds" if "rounds" in trial.params else ""
        progress(f"trial {len(trials)} of {len(space)}: {product.metric.name} {trial.value:.4f}{rounds}")
    made = _fit(lake, product, data, folder, content, key, best(trials, product.metric.direction).params)
    tried = sorted(({"params": trial.params, "value": trial.value} for trial in trials), key=repr)
    (folder / TRIALS).write_text(json.dumps(tried, indent=2) + "\n")  # not packed: it is about the search
    return made


def refit(platform: PlatformRefs, product: Product, base: Candidate, folder: Path, change: "Params") -> Candidate:
    """Leave a candidate with other parameters than `base`, without a search.

    Raises:
        SixfoldError: the features were never built, or ONNX says something else than the model.

    """
    from models.lake import Lake  # noqa: PLC0415 - the same
    from models.training.dataset import assemble  # noqa: PLC0415 - with the rest of what training loads

    lake = Lake(platform, product.package)
    content = _content(lake, product)
    params = {**base.record.params, **change}
    key = content_key(_code(product), *content.values(), repr(sorted(params.items())))
    return _fit(lake, product, assemble(lake, product), folder, content, key, params)


def _fit(
    lake: "Lake",
    product: Product,
    data: "Dataset",
    folder: Path,
    content: dict[str, str],
    key: str,
    params: "Params",
) -> Candidate:
    """Fit on all but the test months, and leave the candidate."""
    import polars as pl  # noqa: PLC0415 - a run with nothing to do does not wait for polars

    from models.features.views import views_of  # noqa: PLC0415 - the same
    from models.training.export import export  # noqa: PLC0415 - the same
    from sixfold.tasks import measure_of, task_of, values  # noqa: PLC0415 - the same, for numpy

    measures = {**task_of(product).metrics, product.metric.name: measure_of(product)}
    model = load_code(product).model.FRAMEWORK.fit(params, data.part(data.train, data.validate))
    judged = data.part(data.test)
    folder.mkdir(parents=True, exist_ok=True)
    difference = export(model, judged.features, folder / "model.onnx", product.name)
    scores, naive = model.score(judged.features), values(data.test[BASELINE])
    _require_scores(product, scores, folder / "model.onnx", data)
    data.test.with_columns(pl.Series(SCORE, scores.tolist())).write_parquet(folder / "test.parquet")
    record = Record(
        product=product.name,
        training_key=key,
        content=content,
        feature_hash=feature_hash(product),
        features=data.features,
        missing=dict(data.missing),
        views=views_of(load_code(product).features),
        reference=_reference(product, data, scores),
        slices=_slices(product, data),
        params=params,
        periods=data.periods,
        rows={"train": data.train.height, "validate": data.validate.height, "test": data.test.height},
        metrics={name: _figure(metric(judged.labels, scores)) for name, metric in measures.items()},
        baseline={name: _figure(metric(judged.labels, naive)) for name, metric in measures.items()},
        importance=_shares(data.features, model.importance()),
    )
    origin = Origin(snapshots={name: lake.snapshot_id(name) for name in content}, onnx_difference=difference)
    (folder / "origin.json").write_text(origin.model_dump_json(indent=2) + "\n")
    # Last, so that a training that dies leaves no candidate that looks whole.
    (folder / "candidate.json").write_text(record.model_dump_json(indent=2) + "\n")
    return Candidate(folder)


def _require_scores(product: Product, scores: "Floats", model: Path, data: "Dataset") -> None:
    """Do nothing where scores have the task's shape, and a row that the store knows nothing of gets one too.

    Raises:
        SixfoldError: they do not; the release would fail its first consumer, or all while the online store is away.

    """
    import numpy as np  # noqa: PLC0415 - a run with nothing to do does not wait for numpy
    import polars as pl  # noqa: PLC0415 - the same, for polars

    from sixfold.tasks import task_of  # noqa: PLC0415 - the same

    width, wanted = scores.shape[1] if scores.ndim > 1 else 1, task_of(product).width
    if width != wanted:
        raise SixfoldError(
            f"the model of {product.name} gives {width} numbers a row, and a {product.task} score has {wanted}",
            remedy="fit a model of that kind; each class must occur in the training period, PERIODS in model.py",
        )
    online = feature_names(load_code(product).features)
    unknown = data.test.head(1).with_columns(pl.lit(None, pl.Float64).alias(name) for name in online)
    if not np.isfinite(score(model, data.part(unknown).features)).all():
        raise SixfoldError(
            f"the model of {product.name} has no score for a row that the online store knows nothing of",
            remedy="say in `MISSING` of model.py what the model gets then, or put an imputer before it",
        )


def _shares(features: tuple[str, ...], contributions: "Floats | None") -> dict[str, float]:
    if contributions is None or len(contributions) != len(features) or not contributions.sum() > 0:
        return {}  # a step before the model made other columns of them, or it does not tell
    return dict(zip(features, map(_figure, contributions / contributions.sum()), strict=True))


def _figure(value: float) -> float:
    """Return a figure to `DIGITS` significant digits: the last bits of a sum differ between processors."""
    return float(f"{value:.{DIGITS}g}")
