"""The pack's verdicts on the resources that the engine reports."""

import json

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from infra.policies.catalogue import RULES
from infra.policies.exemptions import EXEMPTIONS, exemption
from infra.policies.pack import Stack, known, with_default_tags
from infra.policies.rule import Setting
from infra.policies.values import UNKNOWN
from sixfold.errors import SixfoldError

STRICT = Setting(stand_in=False, deletion_protection=True)
BY_ID = {rule.id: rule for rule in RULES}


def test_an_unknown_value_of_the_engine_is_one_of_ours_at_any_depth() -> None:
    sent = unknown_checking_proxy({"name": UNKNOWN_STRING_VALUE, "list": [{"arn": UNKNOWN_STRING_VALUE}, 1]})
    assert known(sent) == {"name": UNKNOWN, "list": [{"arn": UNKNOWN}, 1]}


def test_tags_of_the_provider_count_where_it_could_not_add_them_yet() -> None:
    props = {"tags": {"team": "lake"}}
    assert with_default_tags(props, {"default_tags": {"sixfold:stack": "dev"}}) == {
        "tags": {"sixfold:stack": "dev", "team": "lake"}
    }
    assert with_default_tags(props, {"default_tags": UNKNOWN}) == {"tags": UNKNOWN}
    assert with_default_tags({}, {"default_tags": {"sixfold:stack": "dev"}}) == {}


def test_a_stack_keeps_its_data_unless_its_file_says_otherwise() -> None:
    stack = Stack()
    stack.configure("sixfold", {"other:platform": "{}"})
    assert stack.deletion_protection
    settings = {"runtime": "processes", "region": "r", "local": {"first_port": 4600}, "deletion_protection": False}
    stack.configure("sixfold", {"sixfold:platform": json.dumps(settings)})
    assert not stack.deletion_protection


def test_a_stack_file_that_is_not_valid_is_refused() -> None:
    with pytest.raises(SixfoldError, match="deletion_protectoin"):
        Stack().configure("sixfold", {"sixfold:platform": '{"deletion_protectoin": false}'})


def test_exemptions_hold_in_their_setting_only() -> None:
    stand_in = Setting(stand_in=True, deletion_protection=True)
    unprotected = Setting(stand_in=False, deletion_protection=False)
    insecure = Setting(stand_in=False, deletion_protection=True, insecure=True)
    settings = (STRICT, stand_in, unprotected, insecure)
    exempt = {setting: {rule.id for rule in RULES if exemption(rule, setting)} for setting in settings}
    assert exempt == {
        STRICT: set(),
        insecure: {"Edge.1"},
        stand_in: {"S3.5"},
        unprotected: {"DataLoss.1", "DataLoss.2", "DataLoss.3", "DataLoss.4", "DynamoDB.2", "S3.14"},
    }


def test_every_exemption_names_rules_that_exist_and_a_reason() -> None:
    for each in EXEMPTIONS:
        assert set(each.rules) <= set(BY_ID)
        assert each.reason


def test_every_rule_has_an_id_of_its_own() -> None:
    assert len(BY_ID) == len(RULES)
