"""ECR repositories where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.ecr import RepositoryArgs, RepositoryHandler
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:ecr:Repository::images"
ARGS = RepositoryArgs(name="team/images")
MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}'

Make = Callable[..., Any]


def test_a_repository_is_careful_unless_told_otherwise(make: Make, client: Callable[[str], Any]) -> None:
    make(RepositoryHandler).create(URN, ARGS)
    found = client("ecr").describe_repositories(repositoryNames=["team/images"])["repositories"][0]
    assert (found["imageTagMutability"], found["imageScanningConfiguration"]) == ("IMMUTABLE", {"scanOnPush": True})


def test_a_repository_with_images_refuses_to_go(make: Make, client: Callable[[str], Any]) -> None:
    handler = make(RepositoryHandler)
    handler.create(URN, ARGS)
    client("ecr").put_image(repositoryName="team/images", imageManifest=MANIFEST, imageTag="v1")
    with pytest.raises(ProviderError, match="team/images has images"):
        handler.delete("team/images", ARGS)
    handler.delete("team/images", ARGS.model_copy(update={"force_destroy": True}))
    assert handler.read("team/images") is None


def test_another_stacks_repository_is_not_adopted(make: Make) -> None:
    handler = make(RepositoryHandler)
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)


@pytest.mark.parametrize("name", ["Images", "a//b", "-a", "a" * 257])
def test_a_name_that_ecr_refuses_is_refused_at_once(name: str) -> None:
    with pytest.raises(InvalidArgs, match="2-256 characters"):
        RepositoryArgs(name=name)
