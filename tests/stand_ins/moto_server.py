"""A moto server that also answers for the EKS resources that moto lacks: access entries, add-ons, pod identities.

What it is sent it keeps, and gives back in AWS's shapes; nothing takes time, and nothing is checked but that the
cluster is there. Of AWS's own policies there are those that roles here take: all 1,400 would make each reset, of which
the tests need hundreds, two seconds long.

Only for tests: `python tests/stand_ins/moto_server.py -H 127.0.0.1 -p 5000`.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import moto.eks.models
import moto.iam.models
from moto.core.responses import ActionResult, EmptyResult
from moto.eks.exceptions import ResourceNotFoundException
from moto.eks.responses import EKSResponse
from moto.eks.urls import response, url_paths
from moto.server import main

Thing = dict[str, Any]
Answer = Callable[[EKSResponse], ActionResult]
_CLUSTERS = "{0}/clusters/(?P<name>[^/]+)"
_POLICIES = "associatedAccessPolicies"
_TAKEN = ("AmazonEKS", "AmazonEC2ContainerRegistry", "ReadOnlyAccess")


@dataclass(frozen=True)
class Kind:
    """One kind: its operations end in `operation`, its members are called as in EKS's API."""

    operation: str
    member: str
    key: str
    arn: str
    fields: tuple[str, ...]
    path: str
    made: Callable[[], Thing]


KINDS = (
    Kind(
        *(
            "access_entry",
            "accessEntry",
            "principalArn",
            "accessEntryArn",
            ("kubernetesGroups", "type"),
            "access-entries",
        ),
        made=lambda: {"type": "STANDARD", "kubernetesGroups": []},
    ),
    Kind(
        *("addon", "addon", "addonName", "addonArn", ("addonVersion", "configurationValues"), "addons"),
        made=lambda: {"status": "ACTIVE"},
    ),
    Kind(
        *("pod_identity_association", "association", "associationId", "associationArn"),
        *(("namespace", "serviceAccount", "roleArn"), "pod-identity-associations"),
        made=lambda: {"associationId": f"a-{uuid4().hex[:16]}"},
    ),
)


def teach(kind: Kind) -> None:
    """Teach moto to create, describe, update and delete one kind."""

    def create(self: EKSResponse) -> ActionResult:
        cluster = self.eks_backend.describe_cluster(self._get_param("name"))
        thing = {"clusterName": cluster.name, "tags": {}, **kind.made(), **_sent(self, kind.key, *kind.fields, "tags")}
        arn = f"{cluster.arn.replace(':cluster/', f':{kind.path}/')}/{uuid4()}"
        _kept(self)[arn] = thing | {kind.arn: arn}
        return ActionResult({kind.member: _kept(self)[arn]})

    def describe(self: EKSResponse) -> ActionResult:
        return ActionResult({kind.member: _find(self, kind)})

    def update(self: EKSResponse) -> ActionResult:
        thing = _find(self, kind)
        thing.update(_sent(self, *kind.fields))
        return ActionResult({"update": {"status": "Successful"}, kind.member: thing})

    def delete(self: EKSResponse) -> ActionResult:
        return ActionResult({kind.member: _kept(self).pop(_find(self, kind)[kind.arn])})

    for answer in (create, describe, update, delete):
        setattr(EKSResponse, f"{answer.__name__}_{kind.operation}", answer)
    for path in (kind.path, f"{kind.path}/(?P<key>.+)"):
        url_paths[f"{_CLUSTERS}/{path}$"] = response.dispatch


def list_pod_identity_associations(self: EKSResponse) -> ActionResult:
    """List those of one service account."""
    wanted = _sent(self, "namespace", "serviceAccount") | {"clusterName": self._get_param("name")}
    found = [thing for thing in _kept(self).values() if wanted.items() <= thing.items()]
    return ActionResult({"associations": found})


def associate_access_policy(self: EKSResponse) -> ActionResult:
    """Give an access entry a policy."""
    policies = _find(self, KINDS[0]).setdefault(_POLICIES, {})
    policies[self._get_param("policyArn")] = _sent(self, "policyArn", "accessScope")
    return EmptyResult()


def disassociate_access_policy(self: EKSResponse) -> ActionResult:
    """Take a policy from an access entry."""
    del _find(self, KINDS[0])[_POLICIES][unquote(self._get_param("policyArn"))]
    return EmptyResult()


def list_associated_access_policies(self: EKSResponse) -> ActionResult:
    """List the policies of an access entry."""
    return ActionResult({_POLICIES: list(_find(self, KINDS[0]).get(_POLICIES, {}).values())})


def tagging(change: Callable[[Thing, EKSResponse], object], motos: Answer) -> Answer:
    """Return an answer that changes the tags of what is kept here, and leaves all else to moto."""

    def answer(self: EKSResponse) -> ActionResult:
        thing = _kept(self).get(unquote(self._extract_arn_from_path()))
        if thing is None:
            return motos(self)
        change(thing["tags"], self)
        return EmptyResult()

    return answer


def _kept(self: EKSResponse) -> dict[str, Thing]:
    kept: dict[str, Thing] = self.eks_backend.__dict__.setdefault("kept_by_stand_in", {})  # goes with moto's reset
    return kept


def _find(self: EKSResponse, kind: Kind) -> Thing:
    wanted = {"clusterName": self._get_param("name"), kind.key: unquote(self._get_param(kind.key))}
    found = next(
        (thing for thing in _kept(self).values() if kind.arn in thing and wanted.items() <= thing.items()), None
    )
    if found is None:
        raise ResourceNotFoundException(message=f"there is no {kind.operation} {wanted[kind.key]}")
    return found


def _sent(self: EKSResponse, *names: str) -> Thing:
    given = {name: self._get_param(name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def _put(tags: Thing, self: EKSResponse) -> None:
    tags.update(self._get_param("tags"))


def _drop(tags: Thing, self: EKSResponse) -> None:
    for key in self.querystring.get("tagKeys", []):
        tags.pop(key, None)


def teach_all() -> None:
    """Teach moto, in this process, all that is here."""
    for known in KINDS:
        teach(known)
    for more in (
        list_pod_identity_associations,
        associate_access_policy,
        disassociate_access_policy,
        list_associated_access_policies,
    ):
        setattr(EKSResponse, more.__name__, more)
    moto.eks.models.DEFAULT_REMOTE_ACCESS = {}  # AWS lets nobody into a machine unless told so
    EKSResponse.tag_resource = tagging(_put, EKSResponse.tag_resource)
    EKSResponse.untag_resource = tagging(_drop, EKSResponse.untag_resource)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    policies = json.loads(moto.iam.models.aws_managed_policies_data)
    taken = {name: policy for name, policy in policies.items() if name.startswith(_TAKEN)}
    moto.iam.models.aws_managed_policies_data = json.dumps(taken)


if __name__ == "__main__":
    teach_all()
    main()
