"""A budget as AWS answers for it, written down: moto's budgets have no tags and cannot change."""

from dataclasses import dataclass
from typing import Any

from pulumi_sixfold.aws.budgets import BudgetHandler
from tests.unit.pulumi_sixfold.aws._answers import Answers


@dataclass(frozen=True)
class Written:
    """A resource, and what AWS answers when it is read."""

    handler: type[Any]
    resource_id: str
    answers: Answers


_NOTIFICATION = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 80.0,
    "ThresholdType": "PERCENTAGE",
    "NotificationState": "OK",
}
BUDGET = Written(
    BudgetHandler,
    "month",
    {
        "DescribeBudget": [
            {
                "Budget": {
                    "BudgetName": "month",
                    "BudgetLimit": {"Amount": "100.0", "Unit": "USD"},
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "CostFilters": {"TagKeyValue": ["user:stack$dev"]},
                }
            }
        ],
        "DescribeNotificationsForBudget": [{"Notifications": [_NOTIFICATION]}],
        "DescribeSubscribersForNotification": [
            {"Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.org"}]}
        ],
        "ListTagsForResource": [{"ResourceTags": []}],
    },
)
