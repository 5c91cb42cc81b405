"""Platform rules beyond the published controls: tags, and protection against accidental loss of data."""

from collections.abc import Iterable

from infra.policies.rule import Props, Rule, Source, at_least, is_off, is_on
from infra.policies.values import UNKNOWN, get

REQUIRED_TAGS = ("sixfold:stack",)


def _tagged(props: Props) -> Iterable[str]:
    """Find tags that are missing; types without `tags` cannot have any."""
    tags = get(props, "tags")
    if "tags" in props and tags is not UNKNOWN:
        yield from (f"the tag {name} is missing" for name in REQUIRED_TAGS if not get(tags, name))


RULES = (
    Rule(
        "Tags.1",
        "A resource says which stack it belongs to",
        ("sixfold:*",),
        _tagged,
        f"give the Provider default_tags with {', '.join(REQUIRED_TAGS)}",
        Source.SIXFOLD,
    ),
    Rule(
        "DataLoss.1",
        "What has data in it cannot be deleted",
        ("sixfold:*",),
        is_off("force_destroy"),
        "leave force_destroy out; to delete the data on purpose, set deletion_protection: false in the stack file",
        Source.SIXFOLD,
    ),
    Rule(
        "DataLoss.2",
        "A deleted key can be brought back for 30 days",
        ("sixfold:kms:Key",),
        at_least("deletion_window_days", 30),
        "leave deletion_window_days out, or set it to 30",
        Source.SIXFOLD,
    ),
    Rule(
        "DataLoss.3",
        "A deleted secret can be brought back for 30 days",
        ("sixfold:secretsmanager:Secret",),
        at_least("recovery_days", 30),
        "leave recovery_days out, or set it to 30",
        Source.SIXFOLD,
    ),
    Rule(
        "DataLoss.4",
        "A cluster refuses to be deleted",
        ("sixfold:eks:Cluster",),
        is_on("deletion_protection"),
        "set deletion_protection=True",
        Source.SIXFOLD,
    ),
)
