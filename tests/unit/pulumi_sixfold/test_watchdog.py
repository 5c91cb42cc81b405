"""The watchdog's judgement: silent for longer than allowed, and more than once."""

from pulumi_sixfold.local.watchdog import Watched


def test_one_question_without_an_answer_ends_nothing() -> None:
    watched = Watched(pid=1, since=0, answered=True)
    watched.hear(100, answers=False)
    assert not watched.hangs(100, hang_s=10, start_s=60)


def test_one_that_is_silent_for_too_long_is_ended_and_an_answer_begins_anew() -> None:
    watched = Watched(pid=1, since=0, answered=True)
    for now in (3, 6, 9):
        assert not watched.hangs(now, hang_s=10, start_s=60)
        watched.hear(now, answers=False)
    assert watched.hangs(12, hang_s=10, start_s=60)
    watched.hear(13, answers=True)
    assert not watched.hangs(20, hang_s=10, start_s=60)


def test_one_that_starts_has_its_time() -> None:
    watched = Watched(pid=1, since=0)
    for now in (10, 30):
        watched.hear(now, answers=False)
    assert not watched.hangs(59, hang_s=10, start_s=60)
    assert watched.hangs(61, hang_s=10, start_s=60)


def test_after_a_start_that_came_to_nothing_the_next_has_twice_as_long() -> None:
    watched = Watched(pid=2, since=0, failed_starts=1)
    for now in (10, 30):
        watched.hear(now, answers=False)
    assert not watched.hangs(119, hang_s=10, start_s=60)
    assert watched.hangs(121, hang_s=10, start_s=60)
    watched.hear(122, answers=True)
    for now in (125, 128):
        watched.hear(now, answers=False)
    assert watched.hangs(133, hang_s=10, start_s=60)
