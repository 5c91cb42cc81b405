"""Masking hides secrets, and not the words of a message."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_sixfold.engine.failure import _secrets_in, masked
from pulumi_sixfold.engine.proto import provider_pb2 as pb
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import encode
from pulumi_sixfold.local.process import ProcessHandler

URN = "urn:pulumi:dev::project::sixfold:local:Process::p"
MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
MESSAGE = "the process p-c6e160d7 exited before it was ready: line 11 of 21 failed"


@pytest.mark.parametrize("short", ["1", "e", "11", "it", "read", "line-", "pro"])
def test_a_short_secret_leaves_the_words_around_it(short: str) -> None:
    assert masked(MESSAGE, {short}) == MESSAGE


@pytest.mark.parametrize(
    ("text", "secret"),
    [("the code 4711 is wrong", "4711"), ("https://me:hush-hush@host", "hush-hush"), ("x=pass;", "pass")],
)
def test_a_secret_of_four_characters_or_more_is_hidden(text: str, secret: str) -> None:
    assert secret not in masked(text, {secret})


@given(st.text(min_size=8, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_long_secret_is_hidden_wherever_it_stands(secret: str, before: str, after: str) -> None:
    assert secret not in masked(before + secret + after, {secret}).replace("[secret]", "")


def test_of_a_property_with_a_secret_inside_only_the_secret_is_hidden(tmp_path: Any) -> None:
    plugin: Any = Servicer([ProcessHandler])
    plugin.Configure(pb.ConfigureRequest(args=encode({})), None)
    environment = {"TOKEN": {**MARK, "value": "hush-hush"}, "MODE": "release"}
    inputs = {"home": str(tmp_path), "command": ["x"], "program": "p-1", "health_url": "http://127.0.0.1:9/"}
    news = encode({**inputs, "environment": environment})
    checked = plugin.Check(pb.CheckRequest(urn=URN, news=news), None)
    assert not checked.failures
    request = pb.CreateRequest(urn=URN, properties=checked.inputs)
    assert _secrets_in(request, plugin.marked) == {"hush-hush"}
    assert _secrets_in(request, {}) == {"hush-hush", "release"}
