"""The stand-in's process: `python -m tests.cluster.stand_in.plugin`, started by the engine."""

from pulumi_sixfold.plugin import serve, skip_the_sdk

if __name__ == "__main__":
    skip_the_sdk()
    from tests.cluster.stand_in.helm import StandInWithHelm

    serve(StandInWithHelm())
