from pathlib import Path

from infra.plans.kubernetes import pods

DOCKERFILE = (Path(__file__).parents[2] / "serving" / "Dockerfile").read_text()


def test_the_image_runs_as_the_user_of_the_pods_and_not_as_root() -> None:
    assert f"USER {pods.USER}:{pods.USER}" in DOCKERFILE
    assert f"useradd --uid {pods.USER} " in DOCKERFILE
    assert f"SIXFOLD_HOME={pods.HOME}" in DOCKERFILE


def test_its_packages_are_those_of_the_lock() -> None:
    assert "--require-hashes -r /requirements.lock" in DOCKERFILE
