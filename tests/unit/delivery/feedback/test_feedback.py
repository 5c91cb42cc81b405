"""A report's way: from a consumer's request through the commands to a case that the gate holds candidates to."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery import lifecycle
from delivery.commands.console import Terminal
from models.aws import open_catalog
from models.candidate import Candidate
from sixfold.cases import read_cases
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from tests.unit.delivery.feedback.conftest import NAME, Run


def test_a_report_becomes_a_case_by_which_the_next_bad_candidate_is_refused_and_a_good_one_passes(
    run: Run, report: str, train: Callable[[float], Candidate], product: Product, code: Path
) -> None:
    (listed,) = json.loads(run("list", NAME, "--json")[1])
    assert (listed["report_id"], listed["consumer"], listed["state"]) == (report, "rebooking", "open")
    assert (listed["score"] > 0.5, listed["entities"]["origin"]) == (True, "JFK")
    case = run("triage", NAME, report[:8], "--case", "calm-at-jfk", "--at-most", "0.5", "--json")
    assert (case[0], json.loads(case[1])["state"]) == (0, "case")
    assert run("list", NAME, "--json")[1] == "[]\n"
    bad, good = train(20), train(5)
    for candidate, passes in ((good, True), (bad, False)):
        verdict = lifecycle.evaluate(candidate, product, None, Terminal(), code)
        assert verdict.passed == passes, verdict.refusals
    with pytest.raises(SixfoldError, match=rf"case calm-at-jfk \(report {report[:8]} of rebooking\): .* not at most"):
        lifecycle.require_passed(verdict, bad)


def test_a_release_notes_the_case_that_it_fixed_and_who_reported_it(
    run: Run, report: str, train: Callable[[float], Candidate], product: Product, code: Path
) -> None:
    run("triage", NAME, report, "--case", "calm-at-jfk", "--at-most", "0.5")
    changes = lifecycle._changes(train(5), product, [], train(20).path, code)
    assert changes
    assert changes.fixed == {"calm-at-jfk": f"report {report[:8]} of rebooking"}


def test_a_case_has_the_features_and_origin_of_its_report_and_no_word_of_a_person(
    run: Run, report: str, product: Product, code: Path
) -> None:
    run("triage", NAME, report, "--case", "calm-at-jfk", "--at-most", "0.5")
    folder = code / "products" / "flight_delays"
    case = read_cases(folder, product)["calm-at-jfk"]
    assert (case.features["wind_speed"], case.report, case.reporter) == (9.0, report, "rebooking")
    assert "calm\n" not in (folder / "cases" / "calm-at-jfk.yaml").read_text().replace("calm-at-jfk", "")


def test_a_report_is_shown_as_text_with_its_features_and_labels(run: Run, report: str) -> None:
    code, out, _ = run("show", NAME, report[:8])
    assert (code, "[bold]calm[/] all day" in out, "wind_speed" in out) == (0, True, True)


def test_a_label_is_feedback_of_the_reporter_once_and_is_shown(run: Run, report: str, platform: PlatformRefs) -> None:
    for _ in range(2):
        assert run("triage", NAME, report, "--label", "0")[0] == 0
    rows = open_catalog(platform).load_table(("predictions", "feedback_flight_delays")).scan().to_arrow()
    assert (rows["consumer"].to_pylist(), rows["label"].to_pylist()) == (["rebooking"], [0.0])
    shown = json.loads(run("show", NAME, report, "--json")[1])
    assert ([each["origin"] for each in shown["labels"]], shown["state"]) == (["rebooking"], "labelled")


def test_a_closed_report_keeps_its_reason_and_who_closed_it(run: Run, report: str) -> None:
    run("triage", NAME, report, "--close", "the wind was measured elsewhere")
    (decision,) = json.loads(run("list", NAME, "--all", "--json")[1])[0]["decisions"]
    assert (decision["state"], decision["detail"]) == ("closed", "the wind was measured elsewhere")
    assert decision["by"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--label", "7"), "neither yes nor no"),
        (("--label", "late"), "is no number"),
        (("--case", "a case", "--at-most", "0.5"), "no name of a case"),
        (("--case", "calm"), "expects nothing that can be"),
        (("--case", "calm", "--at-least", "0.9", "--at-most", "0.1"), "swap them"),
        (("--case", "calm", "--at-least", "0.5"), "is as expected"),
        (("--case", "calm", "--class", "late"), "has no classes"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_the_report_stays_open(
    run: Run, report: str, options: tuple[str, ...], said: str
) -> None:
    code, out, err = run("triage", NAME, report, *options)
    assert (code, out, said in " ".join(err.split())) == (1, "", True), err
    assert json.loads(run("list", NAME, "--json")[1])[0]["state"] == "open"


def test_a_report_that_does_not_exist_is_an_error_that_says_where_ids_are(run: Run, report: str) -> None:
    code, _, err = run("show", NAME, "zzz")
    assert (code, "no report whose id begins with 'zzz'" in err, "list flight-delays --all" in err) == (1, True, True)
    assert run("triage", NAME, report)[0] == 2
