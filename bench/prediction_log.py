"""Processor time, in microseconds, that the prediction log adds to a one-row request: `python -m bench.prediction_log`.

Everything on the request's path counts: the row's columns, two JSON texts of 45 features and 4 entities, the buffer's
lock and its metrics. What is written to the lake is written by another thread, and is not counted.
"""

import time
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from serving.prediction_log import BufferedLog, Counts
from serving.predictor import Served

REQUESTS = 5_000
ABOUT = {"product": "flight-delays", "api_version": "v1", "consumer": "rebooking", "release": "a" * 64}


def main() -> None:
    """Print the median of five rounds."""
    registry = CollectorRegistry()
    written, shed = (Counter(name, "-", registry=registry) for name in ("written", "shed"))
    log = BufferedLog(lambda _: None, Counts(written, shed, Gauge("pending", "-", registry=registry)), flush_s=3600)
    served = Served(
        prediction_id="0f6f9d3e-5c1d-4a57-9c57-000000000001",
        time=datetime.now(UTC),
        prediction={"late_probability": 0.5, "late": True},
        score=0.5,
        entities={"origin": "JFK", "carrier": "AA", "route": "JFK-LAX", "tailnum": "N328AA"},
        label_key="20131201T1400Z-AA1-JFK",
        features={f"feature_{n}": 0.123456 * n for n in range(45)},
        fallback=False,
    )
    rounds = []
    for _ in range(5):
        busy = time.thread_time()
        for _ in range(REQUESTS):
            log.add([ABOUT | served.logged()])
        rounds.append((time.thread_time() - busy) / REQUESTS * 1e6)
    log.close()
    print(f"{sorted(rounds)[2]:.1f} µs a request; rounds from {min(rounds):.1f} to {max(rounds):.1f}")


if __name__ == "__main__":
    main()
