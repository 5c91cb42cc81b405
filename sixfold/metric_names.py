"""The names of all our metrics: services and jobs write them; rules, dashboards, autoscalers and rollouts read them.

docs/reference/metrics.md has the labels and the meaning of each.
"""

# of a release process
REQUESTS = "sixfold_requests_total"
SHADOW_REQUESTS = "sixfold_shadow_requests_total"
ALL_REQUESTS = "sixfold_(shadow_)?requests_total"
"""A regular expression of both, for a request to another release is as much work as one of a consumer."""
FEEDBACK = "sixfold_feedback_total"
REPORTS = "sixfold_reports_total"
REQUEST_SECONDS = "sixfold_request_seconds"
REQUEST_SECONDS_BUCKET = f"{REQUEST_SECONDS}_bucket"
REQUEST_SECONDS_COUNT = f"{REQUEST_SECONDS}_count"
PREDICTIONS = "sixfold_predictions_total"
MIRRORED = "sixfold_mirrored_total"
FEATURE_MISSING = "sixfold_feature_missing_total"
FEATURE_ROWS = "sixfold_feature_rows_total"
ROW_ERRORS = "sixfold_row_errors_total"
FALLBACK = "sixfold_fallback_total"
LOOKUP_ERRORS = "sixfold_lookup_errors_total"
FEATURE_FRESHNESS = "sixfold_feature_freshness_seconds"
LOG_WRITTEN = "sixfold_prediction_log_written_total"
LOG_SHED = "sixfold_prediction_log_shed_total"
LOG_PENDING = "sixfold_prediction_log_pending"
OF_A_RELEASE = (
    *(REQUESTS, FEEDBACK, REPORTS, SHADOW_REQUESTS, REQUEST_SECONDS, PREDICTIONS, MIRRORED),
    *(FEATURE_MISSING, FEATURE_ROWS, ROW_ERRORS, FALLBACK, LOOKUP_ERRORS, FEATURE_FRESHNESS),
    *(LOG_WRITTEN, LOG_SHED, LOG_PENDING),
)
"""All that a release may export, beside the figures of its process; the monitoring drops whatever else it says."""

# of the lake's exporter
TABLE_ROWS = "sixfold_table_rows"
LOADED = "sixfold_loaded_timestamp_seconds"
QUARANTINED_ROWS = "sixfold_quarantined_rows"
QUARANTINE_RATE = "sixfold_quarantine_rate"
LAKE_REFRESHED = "sixfold_lake_refreshed_timestamp_seconds"
DISK_FREE = "sixfold_disk_free_bytes"

# of the alert inbox of one machine
NOTIFIED = "sixfold_notified_timestamp_seconds"

# of the portal
PORTAL_REFRESHED = "sixfold_portal_refreshed_timestamp_seconds"

# of the live evaluation
LIVE_METRIC = "sixfold_live_metric"
LIVE_METRIC_LOW = "sixfold_live_metric_low"
LIVE_METRIC_HIGH = "sixfold_live_metric_high"
LIVE_STATE = "sixfold_live_state"
LIVE_PREDICTIONS = "sixfold_live_predictions"
LIVE_DUE = "sixfold_live_due"
LIVE_LABELS = "sixfold_live_labels"
LIVE_LABEL_COVERAGE = "sixfold_live_label_coverage"
LIVE_LABEL_LAG = "sixfold_live_label_lag_seconds"
LIVE_CALIBRATION_ERROR = "sixfold_live_calibration_error"
DRIFT_PSI = "sixfold_drift_psi"
DRIFT_KS = "sixfold_drift_ks"
SERVED_MISSING_RATE = "sixfold_served_missing_rate"
SKEW_ROWS = "sixfold_skew_rows"
SKEW_DIFFERING_ROWS = "sixfold_skew_differing_rows"
REPORTED_PREDICTIONS = "sixfold_reported_predictions"
CONSUMER_IDLE = "sixfold_consumer_idle_seconds"
LABEL_ODDITIES = "sixfold_label_oddities"
EVALUATED = "sixfold_evaluated_timestamp_seconds"
EVALUATION_CLOCK = "sixfold_evaluation_clock_seconds"
EVALUATION_FAILURES = "sixfold_evaluation_failures"
