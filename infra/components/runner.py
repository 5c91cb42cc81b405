"""The image that runs our code: releases, jobs and exporters alike. A new release needs no image of its own."""

from pulumi import ComponentResource, Output, ResourceOptions

from pulumi_sixfold.resources.ecr import Repository, RepositoryArgs

_UNTAGGED = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}
_EXPIRE = {"rules": [{"rulePriority": 1, "selection": _UNTAGGED, "action": {"type": "expire"}}]}


class Runner(ComponentResource):
    """The repository of the runner image, which CI builds from serving/Dockerfile and pushes.

    Outputs: `url`.
    """

    def __init__(self, name: str, *, deletion_protection: bool, opts: ResourceOptions | None = None) -> None:
        super().__init__("sixfold:components:Runner", name, None, opts)
        arguments = RepositoryArgs(lifecycle_policy=_EXPIRE, force_destroy=not deletion_protection)
        self.url = Repository(name, arguments, ResourceOptions(parent=self)).url
        self.register_outputs({"url": self.url})

    def image(self, digest: str) -> Output[str]:
        """Return the reference by which pods name the image of a digest."""
        return Output.format("{0}@{1}", self.url, digest)
