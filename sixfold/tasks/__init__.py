"""The kinds of task that a product may have: `task` in its product.yaml. Each is one file with all that differs.

One definition serves training, report, gate, rollout and live evaluation. A release does not contain it: serving scores
rows of ONNX, and knows no task.
"""

from collections.abc import Mapping

from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.product import load_code
from sixfold.tasks.base import Floats, Measure, Task, values
from sixfold.tasks.binary import Binary
from sixfold.tasks.multiclass import Multiclass
from sixfold.tasks.regression import Regression

__all__ = ["TASKS", "Floats", "Measure", "Task", "measure_of", "task_of", "values"]

TASKS: Mapping[str, type[Task]] = {"binary": Binary, "multiclass": Multiclass, "regression": Regression}


def task_of(product: Product) -> Task:
    """Return the task of a product."""
    return TASKS[product.task](product.classes)


def measure_of(product: Product) -> Measure:
    """Return the product's metric: one of its task's, or a function of that name in its own `metrics.py`.

    Raises:
        SixfoldError: neither has it.

    """
    name, task = product.metric.name, TASKS[product.task]
    known = task.metric(name)
    if known:
        return known
    try:
        own: Measure = load_code(product).metric(name)
    except SixfoldError as error:
        raise SixfoldError(
            f"{product.name} has no metric {name!r}: {error.what}",
            remedy=f"choose one of {', '.join(task.metrics)} in its product.yaml, or {error.remedy}",
        ) from error
    return own
