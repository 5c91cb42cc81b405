"""Whoever deploys a stack may look for what it left."""

from pathlib import Path

from infra.checks.deployer.policies import rights
from infra.checks.leaks.find import leaks
from infra.checks.leaks.run import handlers_of
from pulumi_sixfold.kit.handler import ProviderArgs
from sixfold.stack import read
from tests.iam._role import Caller, allowing

DEV = read(Path(__file__).parents[2] / "stacks" / "Pulumi.dev.yaml").model_copy(update={"account": "123456789012"})


def test_a_deployer_may_read_the_marks_of_all_that_the_account_has(caller: Caller) -> None:
    iam, glue = caller.administrator("iam"), caller.administrator("glue")
    iam.create_policy(PolicyName="of-others", PolicyDocument=str(allowing(["s3:GetObject"])).replace("'", '"'))
    iam.create_instance_profile(InstanceProfileName="of-others")
    iam.create_open_id_connect_provider(Url="https://issuer.example.org", ThumbprintList=["a" * 40])
    glue.create_database(DatabaseInput={"Name": "of-others"})
    glue.create_table(DatabaseName="of-others", TableInput={"Name": "flights"})
    caller.take_role(*rights([], DEV), allowing(["tagging:GetResources"]))  # as moto calls tag:GetResources
    handlers = handlers_of(ProviderArgs(region=DEV.region, endpoint=caller.endpoint))
    assert leaks(handlers, "dev", "sixfold") == []
