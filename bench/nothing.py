"""A plugin whose one resource does nothing: what is left is the engine, the protocol and our servicer."""

from collections.abc import Mapping
from typing import ClassVar

from infra.providers import plugin

plugin.skip_the_sdk()

from infra.providers import catalogue  # noqa: E402 - only once the SDK is skipped
from infra.providers.aws.sns import TopicArgs  # noqa: E402
from infra.providers.handler import Handler, State  # noqa: E402


class Nothing(Handler[TopicArgs]):
    """Takes the inputs of a Topic, which it only remembers."""

    token: ClassVar[str] = "sixfold:sns:Topic"  # noqa: S105 - a type, not a secret
    args: ClassVar[type[TopicArgs]] = TopicArgs
    outputs: ClassVar[Mapping[str, str]] = {"arn": "Nothing."}
    made: ClassVar[dict[str, TopicArgs]] = {}

    def create(self, urn: str, args: TopicArgs) -> str:
        """Remember."""
        self.made[urn] = args
        return urn

    def update(self, urn: str, resource_id: str, args: TopicArgs) -> None:
        """Remember."""
        del urn
        self.made[resource_id] = args

    def read(self, resource_id: str) -> State[TopicArgs] | None:
        """Return what is remembered; a new process takes it for there."""
        return State(self.made.get(resource_id, TopicArgs()), {"arn": resource_id})

    def delete(self, resource_id: str, args: TopicArgs) -> None:
        """Forget."""
        del args
        self.made.pop(resource_id, None)


if __name__ == "__main__":
    catalogue.HANDLERS = (Nothing,)
    plugin.main()
