"""`sixfold new`, what is written: the text of each file of a plan, from the templates beside this module. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from delivery.scaffold.plan import Plan

TEMPLATES = Path(__file__).with_name("templates")
FRAMEWORKS = {"lightgbm": "LightGBM", "xgboost": "XGBoost", "sklearn": "Sklearn"}
METRICS = {"binary": ("roc_auc", "higher"), "multiclass": ("accuracy", "higher"), "regression": ("mae", "lower")}
_OBJECTIVES = {
    "lightgbm": {"binary": "binary", "multiclass": "multiclass", "regression": "regression"},
    "xgboost": {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"},
}
_SEARCH: Mapping[str, tuple[dict[str, Any], ...]] = {
    "lightgbm": ({"num_leaves": 7}, {"num_leaves": 31}),
    "xgboost": ({"max_depth": 3}, {"max_depth": 6}),
    "sklearn": ({"max_leaf_nodes": 7}, {"max_leaf_nodes": 31}),
}


def render(plan: Plan, today: date) -> dict[str, str]:
    """Return the text of each file by its name."""
    environment = Environment(  # noqa: S701 - Python and YAML, in which `literal` and `quoted` escape
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"literal": literal, "quoted": quoted}
    values = _values(plan, today)
    files = sorted(path.stem for path in TEMPLATES.glob("*.j2"))
    return {name: environment.get_template(f"{name}.j2").render(values) for name in files}


def _values(plan: Plan, today: date) -> dict[str, Any]:
    wish, classes = plan.wish, plan.label.classes
    metric, direction = METRICS[wish.task]
    at, key = plan.newest
    return {
        **asdict(plan.figures),
        "name": wish.name,
        "package": wish.package,
        "title": wish.name.replace("-", " ").capitalize(),
        "description": wish.description,
        "task": wish.task,
        "framework": wish.framework,
        "framework_class": FRAMEWORKS[wish.framework],
        "estimator": f"HistGradientBoosting{'Regressor' if wish.task == 'regression' else 'Classifier'}",
        "fixed": _fixed(wish.framework, wish.task, len(classes)),
        "search": _SEARCH[wish.framework],
        "owner": wish.owner,
        "metric": metric,
        "direction": direction,
        "time_column": wish.time,
        "entity_column": plan.entity_column,
        "entity": plan.entity,
        "label_column": wish.label,
        "label": plan.label_name,
        "labels": plan.label.numbers,
        "classes": classes,
        "numbers": plan.numbers,
        "sliced": plan.sliced,
        "quarantine_rate": plan.quarantine_rate,
        "example_at": at,
        "example_key": key,
        "today": today,
    }


def _fixed(framework: str, task: str, classes: int) -> dict[str, Any]:
    """Return the parameters of every trial."""
    if framework == "sklearn":
        return {"random_state": 0, "early_stopping": False, "learning_rate": 0.1, "max_iter": 60}
    several = {"num_class": classes} if classes else {}
    return {"objective": _OBJECTIVES[framework][task], **several, "learning_rate": 0.1, "rounds": 200}


def literal(value: object) -> str:
    """Return a value as Python text, with the quotes that ruff's formatter chooses."""
    text = repr(value)
    if isinstance(value, str) and '"' not in value and text.startswith("'"):
        return '"' + text[1:-1].replace("\\'", "'") + '"'
    return text


def quoted(value: str) -> str:
    """Return a text as YAML, in double quotes."""
    return yaml.safe_dump(value, default_style='"', allow_unicode=True, width=4096).strip()
