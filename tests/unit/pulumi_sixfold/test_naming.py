import re

from hypothesis import given
from hypothesis import strategies as st

from pulumi_sixfold.kit.naming import owner

URN = "urn:pulumi:dev::project::sixfold:c:Lake$sixfold:s3:Bucket::lake"


@given(st.text(alphabet="abc:$-/.", min_size=1, max_size=600))
def test_who_made_a_resource_fits_into_a_tag_of_aws(urn: str) -> None:
    assert re.fullmatch(r"[a-z0-9:/.-]{1,256}", owner(urn))


def test_two_long_urns_that_differ_at_the_end_are_told_apart() -> None:
    assert owner("a" * 300 + "x") != owner("a" * 300 + "y")


def test_an_owner_can_be_read() -> None:
    assert owner(URN) == "urn:pulumi:dev::project::sixfold:c:Lake/sixfold:s3:Bucket::lake"
