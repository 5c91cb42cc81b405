"""The program that `pulumi up` runs."""

import pulumi

from infra import config, mlplatform

pulumi.export("environment", mlplatform.build(config.read()))
