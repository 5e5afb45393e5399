"""What is replayed for a turn is what the adapter sent, as much at once as it did."""

import httpx

from evals.ehr_cost import _Sent, _waves

WIRE = httpx.AsyncHTTPTransport()


def sent(began: float, answered: float) -> _Sent:
    return _Sent(WIRE, httpx.Request("GET", "http://ehr.test/fhir/Slot"), began, answered)


def test_what_did_not_wait_for_an_answer_goes_together() -> None:
    together = [sent(0.0, 5.0), sent(0.1, 3.0), sent(0.2, 4.0)]
    after = [sent(5.1, 6.0), sent(5.2, 6.1)]
    assert _waves([*together, *after]) == [together, after]


def test_a_request_that_waited_for_the_one_before_goes_alone() -> None:
    pages = [sent(0.0, 1.0), sent(1.1, 2.0), sent(2.1, 3.0)]
    assert _waves(pages) == [[one] for one in pages]


def test_a_turn_that_asks_nothing_has_none() -> None:
    assert _waves([]) == []
