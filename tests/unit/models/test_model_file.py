"""Model files that need another file, or are none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from models.gate.model_file import require_whole
from sixfold.errors import SixfoldError


def _model(weights: Any, *, inner: bool = False) -> Any:
    """Return a model that adds weights to its input; `inner`: in the branch of an If."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    add = helper.make_node("Add", ["x", "w"], ["y"])
    if not inner:
        return helper.make_model(helper.make_graph([add], "g", [x], [y], [weights]))
    branch = helper.make_graph([helper.make_node("Constant", [], ["z"], value=weights)], "b", [], [y])
    return helper.make_model(
        helper.make_graph([helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)], "g", [x], [y])
    )


@pytest.fixture
def weights() -> Any:
    return numpy_helper.from_array(np.ones(1, dtype=np.float32), "w")


@pytest.fixture
def elsewhere(weights: Any) -> Any:
    """Return the weights as a tensor that lies in another file."""
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../../../etc/hostname")
    return weights


def test_a_model_in_one_file_passes(weights: Any, tmp_path: Path) -> None:
    save(_model(weights), tmp_path / "model.onnx")
    require_whole(tmp_path / "model.onnx")


@pytest.mark.parametrize("inner", [False, True])
def test_a_tensor_in_another_file_is_refused_with_its_place(elsewhere: Any, tmp_path: Path, *, inner: bool) -> None:
    (tmp_path / "model.onnx").write_bytes(_model(elsewhere, inner=inner).SerializeToString())
    with pytest.raises(SixfoldError, match=r"(?s)tensor 'w' in another file.*etc/hostname"):
        require_whole(tmp_path / "model.onnx")


def test_what_is_no_model_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\xff" * 40)
    with pytest.raises(SixfoldError, match="is no ONNX file"):
        require_whole(tmp_path / "model.onnx")
