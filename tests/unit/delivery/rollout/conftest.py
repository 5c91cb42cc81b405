from tests.unit.serving.conftest import nowhere, platform

__all__ = ["nowhere", "platform"]  # the empty platform of the serving tests
