"""Variables that keep the tools we start from reporting to their makers. A test holds the Makefile to the same list."""

from collections.abc import Mapping

QUIET: Mapping[str, str] = {
    "BENTOML_DO_NOT_TRACK": "True",
    "FEAST_USAGE": "False",
    "OTEL_SDK_DISABLED": "true",  # BentoML's and Ray's exporters of traces
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""For jobs, release processes and pods."""

QUIET_ENGINE: Mapping[str, str] = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
"""For whoever runs the engine, besides `QUIET`."""
