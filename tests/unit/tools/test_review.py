"""The page for a pull request."""

from tools.review import page


def test_the_page_has_the_plan_and_only_the_lines_of_the_cost_that_differ() -> None:
    text = page("dev", "+ Bucket lake", "1.00 Key lake\n5.00 in all", "1.00 Key lake\n6.00 in all")
    assert "+ Bucket lake" in text
    assert "-5.00 in all\n+6.00 in all" in text
    assert "Key lake" not in text


def test_a_change_that_costs_nothing_says_so() -> None:
    assert "the same" in page("dev", "no changes", "5.00 in all", "5.00 in all")


def test_a_plan_that_is_too_long_for_a_comment_is_cut_and_says_where_it_is() -> None:
    text = page("dev", "x" * 100_000, "", "")
    assert len(text) < 65_536
    assert "`make plan STACK=dev` has it all" in text
