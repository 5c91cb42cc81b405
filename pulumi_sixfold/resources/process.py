"""The program's side of `pulumi_sixfold.local.process`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler, Reload
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Process", "ProcessArgs", "Reload"]


class Process(Resource):
    """A process on this machine; `program` is its name in supervisord, `log` the path of its log."""

    handler = ProcessHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        home: pulumi.Output[str]
        command: pulumi.Output[Any]
        directory: pulumi.Output[str | None]
        environment: pulumi.Output[Any]
        files: pulumi.Output[Any]
        health_url: pulumi.Output[str | None]
        health_login: pulumi.Output[str | None]
        reload: pulumi.Output[Any]
        hangup: pulumi.Output[Any]
        start_timeout_s: pulumi.Output[int]
        hang_timeout_s: pulumi.Output[int]
        stop_timeout_s: pulumi.Output[int]
        running: pulumi.Output[bool]
        program: pulumi.Output[str]
        log: pulumi.Output[str]

    def __init__(self, name: str, args: ProcessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
