"""A native Pulumi provider for AWS and for local processes. Programs import from `pulumi_sixfold.resources`."""

__all__ = ["resources"]
