"""Runs a Pulumi program inside the language host, and says what went wrong in it."""

import asyncio
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pulumi
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto.language_pb2 import ProgramInfo, RunRequest


def run(request: RunRequest, engine: str) -> bool:
    """Run the program that the engine names, in this process, and log to the engine what went wrong.

    Args:
        request: what to run, with the stack's configuration.
        engine: the address that the engine listens on.

    Returns:
        Whether the program ran to its end.

    """
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a failed program leaves futures that nobody awaits
    reset_options(
        project=request.project,
        stack=request.stack,
        root_directory=request.info.root_directory,
        parallel=request.parallel,
        engine_address=engine,
        monitor_address=request.monitor_address,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    failure: str | None = None
    try:
        with asyncio.Runner() as runner:
            runner.get_loop().set_default_executor(ThreadPoolExecutor(max(request.parallel, 1) * 4))
            runner.run(run_in_stack(lambda: _execute(request.info)))
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAVAILABLE:  # else the engine was cancelled, and has said so
            failure = f"the engine refused a request: {error.details()}"
    except BaseException as error:  # noqa: BLE001 - whatever the program raises, SystemExit included, is to be reported
        failure = explain(error, Path(request.info.root_directory))
    if failure is not None:
        pulumi.log.error(failure)
    return failure is None


def _execute(info: ProgramInfo) -> None:
    """Run the program's file with the project's root as the first place to import from.

    `main: infra/` must not put infra/ itself there: `import config` and `from infra import config` would be two
    modules, and a file named like a standard module would shadow it.
    """
    sys.path[0] = info.root_directory  # the root of this checkout was there
    program = Path(info.program_directory, info.entry_point)
    runpy.run_path(str(program / "__main__.py" if program.is_dir() else program), run_name="__main__")


def explain(error: BaseException, root: Path) -> str | None:
    """Write the message for an error of the program: its own frames, without those of Pulumi and of libraries.

    An error that was written for people is shown as it is, without a trace. Of an error inside an `apply` asyncio may
    have dropped the frames; then the bare error is shown. Nothing is said of a program that ended itself with success.
    """
    if isinstance(error, pulumi.RunError) or hasattr(error, "remedy"):
        return str(error)
    if isinstance(error, SystemExit):
        return f"the program ended itself: {error.code}" if error.code else None
    report = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = report
    while part is not None:
        part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if _is_own(frame, root)])
        part = part.__cause__ or part.__context__
    return "the program failed\n" + "".join(report.format() if report.stack else report.format_exception_only())


def _is_own(frame: traceback.FrameSummary, root: Path) -> bool:
    file = Path(frame.filename)
    return file.is_relative_to(root) and "site-packages" not in file.parts
