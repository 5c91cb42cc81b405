"""The prediction log, the feedback, the reports and their triage in the lake: their tables and columns.

Serving writes all but the triage. The live evaluation, the skew job, `sixfold feedback` and the log maintenance read
them. A column must be renamed here alone, and never in a lake that has rows.
"""

from collections.abc import Mapping

PREDICTION_ID, TIME, LOGGED_AT = "prediction_id", "time", "logged_at"
PRODUCT, API_VERSION, RELEASE, CONSUMER = "product", "api_version", "release", "consumer"
ENTITIES, LABEL_KEY, FEATURES = "entities", "label_key", "features"
SCORE, SCORES = "score", "scores"
FALLBACK, SHADOW, REPLAYED = "fallback", "shadow", "replayed"
LABEL = "label"
REPORT_ID, COMMENT = "report_id", "comment"
STATE, BY = "state", "by"

PERSONAL_COLUMNS = "sixfold.personal-columns"
"""The property of a table that names its columns with personal data, with commas between them."""

PREDICTIONS: Mapping[str, str] = {
    PREDICTION_ID: "string",
    TIME: "time",
    PRODUCT: "string",
    API_VERSION: "string",
    RELEASE: "string",  # the whole digest
    CONSUMER: "string",
    ENTITIES: "string",  # JSON: entity name to key
    LABEL_KEY: "string",  # the key of the prediction's outcome in the product's label table
    FEATURES: "string",  # JSON: as the model got them, null where the fallback was used
    SCORE: "double",  # of several classes the largest probability
    SCORES: "doubles",  # of several classes the probability of each, else null
    FALLBACK: "bool",
    SHADOW: "bool",
    LOGGED_AT: "time",  # by the clock of the machine, also where `time` was replayed
    REPLAYED: "bool",
}
"""Types of the columns of the prediction log, whose table has the name of the product's package."""

FEEDBACK: Mapping[str, str] = {
    PREDICTION_ID: "string",
    TIME: "time",
    PRODUCT: "string",
    API_VERSION: "string",
    CONSUMER: "string",
    LABEL: "double",
}
"""Types of the columns of the consumers' feedback."""

REPORTS_TABLE = "predictions.reports"
"""The table of the reports, as `PlatformRefs.table` finds it."""
REPORTS: Mapping[str, str] = {
    REPORT_ID: "string",
    PREDICTION_ID: "string",
    TIME: "time",  # of its arrival, also where the request was replayed: from then on the retention counts
    PRODUCT: "string",
    API_VERSION: "string",
    CONSUMER: "string",
    COMMENT: "string",
}
"""Types of the columns of the consumers' reports of unexpected predictions."""

TRIAGE_TABLE = "predictions.triage"
"""The table of the decisions on reports, as `PlatformRefs.table` finds it; rows are only added."""
TRIAGE: Mapping[str, str] = {
    REPORT_ID: "string",
    TIME: "time",
    STATE: "string",
    COMMENT: "string",  # the label, the name of the case, or the reason
    BY: "string",
}
"""Types of the columns of the decisions; the newest one of a report is its state, and a report without one is open."""
