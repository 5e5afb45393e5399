"""When the breaker lets a call through."""

import pytest

from agent.adapters.llm.breaker import COUNTED, Breaker, Position
from agent.domain.prompt import NoAnswer
from agent.ports import ModelUnavailable


class Hands:
    """A clock that is moved by hand, and calls that end as told."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.breaker = Breaker(failures=2, rest=10.0, clock=lambda: self.seconds)

    def call(self, fails: NoAnswer | None = None) -> None:
        with self.breaker.attempt():
            if fails is not None:
                raise ModelUnavailable(fails)

    def fail(self, reason: NoAnswer = NoAnswer.SLOW) -> None:
        with pytest.raises(ModelUnavailable, match=reason.value):
            self.call(reason)

    def opened(self) -> "Hands":
        self.fail()
        self.fail()
        return self


def test_failures_in_a_row_open_it_and_a_success_between_does_not() -> None:
    hands = Hands()
    hands.fail()
    hands.call()
    hands.fail()
    hands.call()
    hands.opened()
    with pytest.raises(ModelUnavailable, match="resting"):
        hands.call()


@pytest.mark.parametrize("reason", sorted(set(NoAnswer) - COUNTED - {NoAnswer.RESTING}))
def test_an_unusable_answer_is_an_answer(reason: NoAnswer) -> None:
    hands = Hands()
    for _ in range(4):
        hands.fail(reason)
    assert hands.breaker.position is Position.CLOSED


def test_open_it_lets_nothing_through_until_it_has_rested() -> None:
    hands = Hands().opened()
    hands.seconds = 9.9
    with pytest.raises(ModelUnavailable, match="resting"):
        hands.call()
    hands.seconds = 10.0
    hands.call()
    assert hands.breaker.position is Position.CLOSED


def test_one_probe_at_a_time_and_a_failed_one_rests_anew() -> None:
    hands = Hands().opened()
    hands.seconds = 10.0
    probe = hands.breaker.attempt()
    probe.__enter__()
    with pytest.raises(ModelUnavailable, match="resting"):
        hands.call()
    slow = ModelUnavailable(NoAnswer.SLOW)
    assert not probe.__exit__(ModelUnavailable, slow, None)
    hands.seconds = 19.9
    with pytest.raises(ModelUnavailable, match="resting"):
        hands.call()
    hands.seconds = 20.0
    hands.call()


def test_a_probe_that_was_given_up_makes_room_for_the_next() -> None:
    hands = Hands().opened()
    hands.seconds = 10.0
    with pytest.raises(KeyboardInterrupt), hands.breaker.attempt():
        raise KeyboardInterrupt
    hands.call()
    assert hands.breaker.position is Position.CLOSED
