"""What somebody changes in AWS is seen and put back, or refused; and what is read and written again is the same.

For every call that a handler writes with, each parameter of botocore's shape is changed behind its back. A change that
AWS's answers show is drift, or is refused in words. Drift is put back, and the read state, written, is what was there.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.reading import UnsayableError
from tests.conftest import forget_all
from tests.unit.pulumi_sixfold.aws._answers import ours, recorded
from tests.unit.pulumi_sixfold.aws._estate import MARK, TRIED, Made, estate
from tests.unit.pulumi_sixfold.aws._shapes import Path
from tests.unit.pulumi_sixfold.aws._writes import Write, by_hand, call, changed, writes

Make = Callable[..., Any]
_OF_BOTOCORE = (BotoCoreError, ClientError, ResponseParserError)
# State of moto that AWS has not, by resource and the call, and the parameter, that makes it → why.
_NOT_OF_AWS = {
    ("cluster", "UpdateClusterConfig"): "moto forgets the half that is not sent; see test_every_answer.py",
    ("filter", "PutMetricFilter"): "moto keeps the filter that a put replaces",
    ("dynamodb_table", "UpdateTimeToLive TimeToLiveSpecification"): "moto remembers the attribute when it is off",
    ("bucket", "PutBucketEncryption ServerSideEncryptionConfiguration"): "moto takes AES256 with a KMS key",
    ("ec2_interface_endpoint", "ModifyVpcEndpoint"): "moto knows no ResetPolicy, and takes all groups with one of them",
    ("jobs", "SetQueueAttributes Attributes.KmsMasterKeyId"): "moto takes a KMS key and SQS's own key at once",
    ("jobs", "SetQueueAttributes Attributes.SqsManagedSseEnabled"): "moto takes any word for a boolean",
    ("entry", "AssociateAccessPolicy accessScope"): "the stand-in takes namespaces of a policy for the whole cluster",
}


class Trial:
    """One resource on moto, changed by hand again and again."""

    def __init__(self, make: Make, moto: str, name: str) -> None:
        self.make, self.moto, self.name = make, moto, name
        self.count = dict.fromkeys(("drawn", "refused by AWS", "not shown", "refused", "round trips"), 0)
        self.faults: list[str] = []
        self.rebuild()

    def rebuild(self) -> None:
        """Make the resource anew, in an empty AWS, with all changes of its case."""
        forget_all(self.moto)
        with writes(self.make(TRIED[self.name].handler)) as found:
            self.made: Made = estate(self.make, self.name, found.clear)
            for change in TRIED[self.name].changes:
                self.try_to(change)
        self.writes = {write.operation: write for write in found if not write.operation.startswith(("Create", "Del"))}
        self.state = self.shown()

    def try_to(self, change: dict[str, Any]) -> None:
        """Make a change that needs nothing else, and take it back."""
        facts, args = self.made.handler.facts, self.made.args
        if not facts.create_only & change.keys() and "@" not in str(change):
            self.update(facts.args.model_validate({**args.properties(), **change}))
            self.update(args)

    def shown(self) -> Any:
        """Return what AWS says of the resource, beyond what AWS alone sets."""
        handler = self.made.handler
        return ours(handler.facts, recorded(handler, self.made.resource_id))

    def update(self, args: Any) -> None:
        self.made.handler.update(MARK + self.name, self.made.resource_id, args)

    def changes(self, operation: str) -> Iterator[tuple[Path, Any, dict[str, Any]]]:
        """Yield the calls of an operation with one parameter changed."""
        write = self.writes[operation]
        yield from changed(by_hand(self.moto, write.service), write, self.made.resource_id)

    def drift(self, write: Write, what: str, params: dict[str, Any]) -> None:
        """Make a call behind the handler's back, and look what the handler makes of it."""
        client = by_hand(self.moto, write.service)
        self.count["drawn"] += 1
        try:
            call(client, write.operation, params)
            there = self._answers()
        except _OF_BOTOCORE:
            self.count["refused by AWS"] += 1
            if self._answers() != self.state:
                self.rebuild()
            return
        if there == self.state:
            self.count["not shown"] += 1
            return
        try:
            read = self.made.handler.read(self.made.resource_id).args
        except (*_OF_BOTOCORE, UnsayableError) as refusal:
            self.refused(what, refusal)
        else:
            self.round_trip(what, read, there)
        self.put_back(client, write)

    def _answers(self) -> Any:
        """Return what AWS says, or the error of a handler that makes nothing of it."""
        try:
            return self.shown()
        except (*_OF_BOTOCORE, KeyError, ProviderError, ValueError) as error:
            return error

    def refused(self, what: str, refusal: Exception) -> None:
        """Hold that the refusal is in words, and that an update writes nothing over what it cannot read."""
        self.count["refused"] += 1
        if isinstance(refusal, UnsayableError) and "cannot say" not in str(refusal):
            self.faults.append(f"{what}: is refused without words")
        facts = self.made.handler.facts
        if facts.create_only < facts.args.model_fields.keys():
            with pytest.raises(type(refusal)):
                self.update(self.made.args)

    def round_trip(self, what: str, read: Any, there: Any) -> None:
        """Hold that the change is seen, is put back, and is the same when what was read is written."""
        self.count["round trips"] += 1
        for args, expected, fault in ((self.made.args, self.state, "put back"), (read, there, "the same when written")):
            self.update(args)
            if self.shown() != expected:
                self.faults.append(f"{what}: is not {fault}")
        self.update(self.made.args)

    def put_back(self, client: Any, write: Write) -> None:
        """Undo a change by hand; where moto keeps some of it, make the resource anew."""
        try:
            call(client, write.operation, write.params)
            self.update(self.made.args)
            if self.shown() == self.state:
                return
        except (*_OF_BOTOCORE, UnsayableError):
            pass
        self.rebuild()


@pytest.mark.parametrize("name", TRIED)
def test_a_change_behind_its_back_is_seen_and_put_back_or_refused(
    make: Make, moto: str, name: str, record_property: Callable[[str, object], None]
) -> None:
    trial = Trial(make, moto, name)
    for operation in list(trial.writes):
        done: set[Path] = set()
        while left := [each for each in trial.changes(operation) if each[0] not in done]:
            path, value, params = left[0]  # drawn anew each time: a resource that was made anew has other ids
            what = f"{operation} {'.'.join(path)}"
            if not any(name == tried and what.startswith(call) for tried, call in _NOT_OF_AWS):
                trial.drift(trial.writes[operation], f"{what} {value}", params)
            done.add(path)
    record_property("round trips", (trial.made.handler.facts.token, trial.count))
    assert not trial.faults, "\n".join(trial.faults)
