"""Gives each process of a run (`pytest -n 2`) one part of the suite after the other."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests._parts import part_of


class Parts(LoadScopeScheduling):
    """The parts as tests/_parts.py has them, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)
