"""Budgets of AWS: who hears when the month becomes dear. What a stack costs at rest is held before, by policy."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, field_validator

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs, marks
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Block, Input, Unordered, is_later, plain
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_budgets import BudgetsClient

_BY_TAG = "TagKeyValue"
_WHOLE_BILL = "/primary"
_INCLUDED = (
    *("Credit", "Discount", "OtherSubscription", "Recurring", "Refund"),
    *("Subscription", "Support", "Tax", "Upfront"),
)


class Alert(Block):
    """Recipients and threshold of an alert. A budget has at most one of the same `percent` and `forecast`."""

    percent: Input[Annotated[float, Field(gt=0)]] = Field(description="Per cent of the limit.")
    forecast: Input[bool] = Field(False, description="When the month is forecast to pass it, and not only when it has.")
    emails: Input[Unordered] = Field(default=[], description="Addresses that get a mail.")
    topic_arns: Input[Unordered] = Field(default=[], description="SNS topics that get a message, at most one.")


class BudgetArgs(Args):
    """The inputs of a Budget: what is spent in a calendar month, with tax and after credits."""

    name: Input[Annotated[str, Field(pattern=r"^[^:\\]{1,100}$")] | None] = Field(
        None, description="1-100 characters; None: derived from the resource's name. A change replaces."
    )
    limit_usd: Input[Annotated[float, Field(gt=0)]] = Field(description="US dollars a month.")
    cost_tags: Input[dict[str, Input[str]]] = Field(
        default={},
        description="Costs that count: those of resources with one of these tags, which must be activated as cost "
        "allocation tags; empty: the whole account.",
    )
    alerts: Input[list[Alert]] = Field(default=[], description="Who hears of it when, at most ten; exactly these.")
    tags: Tags = Field(default={}, description=TAGS)

    @field_validator("alerts")
    @classmethod
    def _in_order(cls, alerts: list[Alert]) -> list[Alert]:
        """Sort them, since AWS keeps no order."""
        if any(not (alert.emails or alert.topic_arns) for alert in alerts):
            raise ValueError("an alert needs emails or topic_arns")
        return alerts if is_later(plain(alerts)) else sorted(alerts, key=lambda alert: (alert.percent, alert.forecast))


class BudgetHandler(AwsHandler[BudgetArgs]):
    """A budget of an account; its id is its name."""

    facts = Facts(
        token="sixfold:budgets:Budget",
        args=BudgetArgs,
        service="budgets",
        gone=frozenset({"NotFoundException"}),
        create_only=frozenset({"name"}),
        reads={
            "DescribeBudget": reading(
                "BudgetLimit.Amount CostFilters.TagKeyValue BillingViewArn",
                at="Budget",
                theirs="BudgetName CalculatedSpend HealthStatus LastUpdatedTime TimePeriod",
                fixed={
                    "BudgetLimit.Unit": "USD",
                    "BudgetType": "COST",
                    "Metrics": (["UnblendedCost"],),
                    "TimeUnit": "MONTHLY",
                    **{f"CostTypes.Include{what}": True for what in _INCLUDED},
                },
            ),
            "DescribeNotificationsForBudget": reading(
                "Notifications.NotificationType Notifications.Threshold",
                theirs="Notifications.NotificationState",
                fixed={
                    "Notifications.ComparisonOperator": "GREATER_THAN",
                    "Notifications.ThresholdType": "PERCENTAGE",
                },
            ),
            "DescribeSubscribersForNotification": reading("Subscribers"),
            "ListTagsForResource": reading(),
        },
        outputs={"arn": "ARN of the budget."},
        name_limit=100,
        tagging=Tagging("ResourceARN", tags="ResourceTags", keys="ResourceTagKeys"),
        actions=actions("budgets", "ListTagsForResource ModifyBudget TagResource UntagResource ViewBudget"),
        arns=("arn:aws:budgets::{account}:budget/{name}",),
        free="without actions, free",
        lists_with=("budgets:ListTagsForResource", "budgets:ViewBudget"),
        lists_on=("arn:aws:budgets::{account}:budget/*",),
    )
    client: "BudgetsClient"

    def create(self, urn: str, args: BudgetArgs) -> str:
        """Make the budget with its tags, or adopt the one that this URN made; `update` adds the alerts."""
        name = str(args.name)
        if not self.adopts(urn, name, f"the budget {name}"):
            self.client.create_budget(
                AccountId=self.account, Budget=_budget(args), ResourceTags=as_pairs({**args.tags, URN_TAG: urn})
            )
        return name

    def describe(self, resource_id: str) -> State[BudgetArgs]:
        """Read the budget, its alerts with those who hear of them, and its tags.

        Raises:
            ValueError: it counts other costs than a Budget can say.

        """
        found = self.client.describe_budget(AccountId=self.account, BudgetName=resource_id)["Budget"]
        if not found.get("BillingViewArn", _WHOLE_BILL).endswith(_WHOLE_BILL):
            raise ValueError("a billing view of its own")
        args = BudgetArgs(
            name=resource_id,
            limit_usd=float(found["BudgetLimit"]["Amount"]),
            cost_tags=_cost_tags(found.get("CostFilters", {})),
            alerts=list(self._alerts(resource_id)),
        )
        return State(args, {"arn": self._arn(resource_id)}, self._tags(resource_id))

    def change(self, resource_id: str, difference: Difference[BudgetArgs]) -> None:
        """Change what differs. Budgets takes a budget as a whole, save its alerts."""
        have, want, client = difference.have.alerts, difference.want.alerts, self.client
        if difference.names - {"alerts"}:
            client.update_budget(AccountId=self.account, NewBudget=_budget(difference.want))
        where: Any = {"AccountId": self.account, "BudgetName": resource_id}
        for alert in have:
            if alert not in want:
                client.delete_notification(**where, Notification=_notification(alert))
        for alert in want:
            if alert not in have:
                client.create_notification(**where, Notification=_notification(alert), Subscribers=_subscribers(alert))

    def delete(self, resource_id: str, args: BudgetArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the budget with its alerts."""
        with self.missing_is_fine():
            self.client.delete_budget(AccountId=self.account, BudgetName=resource_id)

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each budget."""
        pages = self.client.get_paginator("describe_budgets").paginate(AccountId=self.account)
        yield from marks((each["BudgetName"] for page in pages for each in page.get("Budgets", [])), self._tags)

    def _alerts(self, name: str) -> Iterator[Alert]:
        where: Any = {"AccountId": self.account, "BudgetName": name}
        for page in self.client.get_paginator("describe_notifications_for_budget").paginate(**where):
            for found in page.get("Notifications", []):
                asked: Any = {key: found.get(key) for key in _notification(Alert(percent=1))}
                pages = self.client.get_paginator("describe_subscribers_for_notification").paginate(
                    **where, Notification=asked
                )
                told = [each for page in pages for each in page.get("Subscribers", [])]
                yield Alert(
                    percent=found["Threshold"],
                    forecast=found["NotificationType"] == "FORECASTED",
                    emails=[each["Address"] for each in told if each["SubscriptionType"] == "EMAIL"],
                    topic_arns=[each["Address"] for each in told if each["SubscriptionType"] == "SNS"],
                )

    def _tags(self, name: str) -> dict[str, str]:
        return from_pairs(self.client.list_tags_for_resource(ResourceARN=self._arn(name)).get("ResourceTags", []))

    def _arn(self, name: str) -> str:
        return f"arn:aws:budgets::{self.account}:budget/{name}"


def _budget(args: BudgetArgs) -> Any:  # noqa: ANN401 - boto3's typed dict
    by_tag = _by_tag(args.cost_tags)
    return {
        "BudgetName": args.name,
        "BudgetLimit": {"Amount": str(args.limit_usd), "Unit": "USD"},
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        **({"CostFilters": {_BY_TAG: by_tag}} if by_tag else {}),
    }


def _cost_tags(filters: Mapping[str, list[str]]) -> dict[str, str]:
    """Return tag → value of a budget's filter.

    Raises:
        ValueError: the filter takes two values of a tag, or goes by a tag of AWS.

    """
    given = filters.get(_BY_TAG, [])
    found = dict(each.removeprefix("user:").split("$", 1) for each in given)
    if sorted(_by_tag(found)) != sorted(given):
        raise ValueError(f"the cost filter {', '.join(given)}")
    return found


def _by_tag(cost_tags: Mapping[str, str]) -> list[str]:
    return [f"user:{key}${value}" for key, value in sorted(cost_tags.items())]


def _notification(alert: Alert) -> Any:  # noqa: ANN401 - boto3's typed dict
    return {
        "NotificationType": "FORECASTED" if alert.forecast else "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": alert.percent,
        "ThresholdType": "PERCENTAGE",
    }


def _subscribers(alert: Alert) -> Any:  # noqa: ANN401 - boto3's typed dict
    mails = [{"SubscriptionType": "EMAIL", "Address": address} for address in alert.emails]
    return [*mails, *({"SubscriptionType": "SNS", "Address": arn} for arn in alert.topic_arns)]
