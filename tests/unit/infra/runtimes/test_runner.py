import re
from pathlib import Path

from infra.plans.kubernetes import pods

DOCKERFILE = (Path(__file__).parents[4] / "serving" / "Dockerfile").read_text()


def test_the_image_runs_as_the_user_of_the_pods_and_not_as_root() -> None:
    assert f"USER {pods.USER}:{pods.USER}" in DOCKERFILE
    assert f"useradd --uid {pods.USER} " in DOCKERFILE
    assert f"SIXFOLD_HOME={pods.HOME}" in DOCKERFILE


def test_what_it_is_built_on_is_pinned_by_its_digest() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE) == ["${BASE}"] * 2
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", DOCKERFILE, flags=re.MULTILINE)


def test_its_packages_are_those_of_the_lock() -> None:
    assert "--require-hashes -r /requirements.lock" in DOCKERFILE
