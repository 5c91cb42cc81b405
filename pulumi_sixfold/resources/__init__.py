"""The program's side: a class for each resource type, the look-ups and the provider. The only importer of `pulumi`."""

import pulumi

from pulumi_sixfold.kit.args import counts_as_later

counts_as_later(pulumi.Output)
