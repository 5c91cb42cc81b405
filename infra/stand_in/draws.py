"""Ids that moto draws, such as those of keys and roles: the same again where a call is made again.

moto draws from one generator, which all threads share. Here each thread has its own, and a call that changes something
begins with a seed that is kept beside it.
"""

import random
import threading
from typing import Any


class _Own(threading.local):
    """The generator of a thread."""

    def __init__(self) -> None:
        self.generator = random.Random()  # noqa: S311 - ids of a stand-in


_own = _Own()


def seed(value: int) -> None:
    """Begin this thread's draws anew."""
    _own.generator.seed(value)


def install() -> None:
    """Make moto draw from the generator of the thread."""
    import moto.kms.models  # noqa: PLC0415 - moto reads its settings when it is imported
    import moto.kms.utils  # noqa: PLC0415
    from moto.moto_api._internal import mock_random  # noqa: PLC0415
    from moto.moto_api._internal.moto_random import MotoRandom  # noqa: PLC0415

    drawn: Any = MotoRandom
    kms: Any = moto.kms.models
    drawn.random = lambda _: _own.generator.random()
    drawn.getrandbits = lambda _, bits: _own.generator.getrandbits(bits)
    kms.generate_master_key = lambda: mock_random.randbytes(32)  # moto takes the kernel's, which nobody can repeat
    curves: Any = vars(moto.kms.utils)["ec"]
    derive = curves.derive_private_key
    curves.generate_private_key = lambda curve: derive(1 + mock_random.getrandbits(curve.key_size - 1), curve)
