"""Trust in scraped metrics. The jobs of monitoring/ describe products and releases; a release describes itself.

The code of a release comes from a product's team, and these series judge it: its evaluation, its SLO and its rollout.
"""

from sixfold.metric_names import OF_A_RELEASE

TRUSTED = frozenset({"exporter", "evaluation"})
"""The jobs whose own labels `product`, `api_version` and `release` are believed."""
OF_A_RELEASE_ONLY = f"({'|'.join(OF_A_RELEASE)})(_bucket|_count|_sum)?|process_[a-z_]+"
"""The metrics that a release may export, as a regular expression; those of the evaluation are not among them."""
CLAIMED = "exported_.+"
"""The labels by which Prometheus keeps what a target says of itself against its target labels."""
