"""Budgets, of which moto has no tags and no change: on answers of AWS's shapes."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.budgets import Alert, BudgetArgs, BudgetHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::sixfold::sixfold:budgets:Budget::month"
ACCOUNT = "123456789012"
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/month"
WHERE = {"AccountId": ACCOUNT, "BudgetName": "month"}
ARGS = BudgetArgs(
    name="month", limit_usd=450, cost_tags={"sixfold:stack": "dev"}, alerts=[Alert(percent=80, emails=["a@b.c"])]
)
BUDGET = {
    "BudgetName": "month",
    "BudgetLimit": {"Amount": "450.0", "Unit": "USD"},
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "CostFilters": {"TagKeyValue": ["user:sixfold:stack$dev"]},
}
AT_80 = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 80.0,
    "ThresholdType": "PERCENTAGE",
}
TOLD = [{"SubscriptionType": "EMAIL", "Address": "a@b.c"}]
TAGS = ("list_tags_for_resource", {"ResourceARN": ARN}, {"ResourceTags": [{"Key": URN_TAG, "Value": URN}]})
READ = (
    ("describe_budget", WHERE, {"Budget": BUDGET}),
    ("describe_notifications_for_budget", WHERE, {"Notifications": [AT_80]}),
    ("describe_subscribers_for_notification", WHERE | {"Notification": AT_80}, {"Subscribers": TOLD}),
    TAGS,
)

Make = Callable[..., Any]


def test_a_budget_is_made_with_its_tags(scripted: Make) -> None:
    none = ("describe_budget", WHERE, "NotFoundException")
    request = {"AccountId": ACCOUNT, "Budget": BUDGET, "ResourceTags": [{"Key": URN_TAG, "Value": URN}]}
    assert scripted(BudgetHandler, none, ("create_budget", request, {})).create(URN, ARGS) == "month"


def test_a_create_that_died_is_adopted(scripted: Make) -> None:
    assert scripted(BudgetHandler, *READ).create(URN, ARGS) == "month"


def test_somebody_elses_budget_is_not_adopted(scripted: Make) -> None:
    with pytest.raises(ProviderError, match=f"the budget month exists already and belongs to {URN}"):
        scripted(BudgetHandler, *READ).create("urn:other", ARGS)


def test_what_is_there_is_read_and_left_alone(scripted: Make) -> None:
    assert scripted(BudgetHandler, *READ).read("month").args == ARGS
    scripted(BudgetHandler, *READ).update(URN, "month", ARGS)


def test_a_limit_and_tags_change_in_place(scripted: Make) -> None:
    tag = ("tag_resource", {"ResourceARN": ARN, "ResourceTags": [{"Key": "a", "Value": "b"}]}, {})
    put = ("update_budget", {"AccountId": ACCOUNT, "NewBudget": BUDGET | {"BudgetLimit": _usd("500.5")}}, {})
    changed = ARGS.model_copy(update={"limit_usd": 500.5, "tags": {"a": "b"}})
    scripted(BudgetHandler, *READ, tag, put).update(URN, "month", changed)


def test_a_budget_of_the_whole_account_has_no_filter(scripted: Make) -> None:
    bare = {key: value for key, value in BUDGET.items() if key != "CostFilters"}
    put = ("update_budget", {"AccountId": ACCOUNT, "NewBudget": bare}, {})
    scripted(BudgetHandler, *READ, put).update(URN, "month", ARGS.model_copy(update={"cost_tags": {}}))


def test_an_alert_whose_readers_change_is_made_anew(scripted: Make) -> None:
    alert = Alert(percent=100, forecast=True, topic_arns=["arn:aws:sns:eu-west-1:1:alerts"])
    delete = ("delete_notification", WHERE | {"Notification": AT_80}, {})
    forecast = {**AT_80, "NotificationType": "FORECASTED", "Threshold": 100.0}
    readers = [{"SubscriptionType": "SNS", "Address": "arn:aws:sns:eu-west-1:1:alerts"}]
    make = ("create_notification", WHERE | {"Notification": forecast, "Subscribers": readers}, {})
    scripted(BudgetHandler, *READ, delete, make).update(URN, "month", ARGS.model_copy(update={"alerts": [alert]}))


def test_the_order_of_alerts_means_nothing() -> None:
    low, high = Alert(percent=50, emails=["a@b.c"]), Alert(percent=90, emails=["a@b.c"])
    assert BudgetArgs(limit_usd=1, alerts=[high, low]) == BudgetArgs(limit_usd=1, alerts=[low, high])


def test_an_alert_that_nobody_hears_is_refused() -> None:
    with pytest.raises(InvalidArgs, match="an alert needs emails or topic_arns"):
        BudgetArgs(limit_usd=1, alerts=[Alert(percent=50)])


def test_it_is_deleted_twice(scripted: Make) -> None:
    handler = scripted(BudgetHandler, ("delete_budget", WHERE, {}), ("delete_budget", WHERE, "NotFoundException"))
    handler.delete("month", ARGS)
    handler.delete("month", ARGS)


def test_an_orphan_is_listed_by_its_mark(scripted: Make) -> None:
    found = ("describe_budgets", {"AccountId": ACCOUNT}, {"Budgets": [BUDGET]})
    assert list(scripted(BudgetHandler, found, TAGS).marked()) == [("month", URN)]


def _usd(amount: str) -> dict[str, str]:
    return {"Amount": amount, "Unit": "USD"}
