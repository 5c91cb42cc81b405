"""The stand-in's process: `python -m tests.cluster.stand_in.plugin`, started by the engine."""

from pulumi_sixfold.engine.server import serve
from tests.cluster.stand_in.helm import StandInWithHelm

if __name__ == "__main__":
    serve(StandInWithHelm())
