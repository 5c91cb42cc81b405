"""CloudWatch alarms on faults that only AWS sees, and a budget for the stack's spending."""

from collections.abc import Iterable

from pulumi import ComponentResource, Input, ResourceOptions

from infra.plans.aws.alarms import BUDGET_PERCENT, AlarmPlan
from pulumi_sixfold.resources.budgets import Alert, Budget, BudgetArgs
from pulumi_sixfold.resources.cloudwatch import Alarm, AlarmArgs


class CloudAlarms(ComponentResource):
    """A CloudWatch alarm for each plan, and a budget where there is one; all of them notify one topic."""

    def __init__(
        self,
        name: str,
        *,
        plan: Iterable[AlarmPlan],
        topic_arn: Input[str],
        stack: str,
        budget_usd: float | None,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:CloudAlarms", name, None, opts)
        mine = ResourceOptions(parent=self)
        for each in plan:
            arguments = AlarmArgs(
                description=each.description,
                namespace=each.namespace,
                metric=each.metric,
                dimensions={**each.dimensions},
                statistic=each.statistic,
                periods=each.periods,
                threshold=each.threshold,
                missing_data="notBreaching",  # most of them have data only while something is wrong
                alarm_actions=[topic_arn],
                ok_actions=[topic_arn],
            )
            Alarm(each.name, arguments, mine)
        if budget_usd:
            spent = BudgetArgs(
                limit_usd=budget_usd,
                cost_tags={"sixfold:stack": stack},
                alerts=[Alert(percent=BUDGET_PERCENT, topic_arns=[topic_arn])],
            )
            Budget(name, spent, mine)
        self.register_outputs({})
