"""Holds every answer of AWS against what its type understands, while a handler reads. See `kit/reading.py`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pydantic import ValidationError

from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.reading import Reading, UnsayableError

_NOTHING = Reading()
_now: ContextVar[tuple[Facts, str] | None] = ContextVar("reading", default=None)


@contextmanager
def complete(facts: Facts, resource_id: str) -> Iterator[None]:
    """Refuse a resource whose state the type cannot express, in words.

    Raises:
        UnsayableError: an answer has a member that the type does not know, or a value that no input can have.

    """
    token = _now.set((facts, resource_id))
    try:
        yield
    except InvalidArgs as invalid:
        found = "; ".join(f"{path}: {reason}" for path, reason in invalid.failures)
        raise UnsayableError(facts.kind_name, resource_id, f"a value that no input may have ({found})") from invalid
    except KeyError as error:
        raise UnsayableError(facts.kind_name, resource_id, f"no {error} among what AWS says of it") from error
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise UnsayableError(facts.kind_name, resource_id, f"a value that no input may have ({found})") from error
    except ValueError as error:
        raise UnsayableError(facts.kind_name, resource_id, str(error)) from error
    finally:
        _now.reset(token)


def watch(client: Any) -> None:  # noqa: ANN401 - boto3's are made at run time
    """Have the answers to a client's calls checked, for as long as a handler reads."""
    client.meta.events.register("after-call", _check)


def _check(model: Any, parsed: Mapping[str, Any], **_: object) -> None:  # noqa: ANN401 - botocore's
    reads = _now.get()
    if reads is None or "Error" in parsed or model.service_model.service_name != reads[0].service:
        return
    facts, resource_id = reads
    found = facts.reads.get(model.name, _NOTHING).rest(parsed, resource_id.rsplit(":", 1)[-1])
    if found:
        raise UnsayableError(facts.kind_name, resource_id, f"{', '.join(found)} ({model.name})")
