"""The adapter against an endpoint that behaves, and one that does not."""

import asyncio
import logging
from contextlib import aclosing

import pytest
import structlog

from agent.adapters.llm.breaker import Breaker, Position
from agent.domain.prompt import NoAnswer, Prompt, Usage
from agent.ports import ModelUnavailable
from tests.llm.conftest import MakeModel
from tests.llm.endpoint import Behaviour, Endpoint, Fails, Raw, Says, says_json

CANARY = "marigold-canary"
PROMPT = Prompt("read", "1", "Read it.", f"<data>{CANARY}</data>")
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["level"],
    "properties": {"level": {"type": "integer", "enum": [0, 1]}},
}
GOOD = says_json({"level": 1})


async def test_a_structured_answer_is_asked_for_and_comes_back(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.script(GOOD)
    decided = await make_model(api_key="sesame").decide(PROMPT, SCHEMA)
    assert decided.value == {"level": 1}
    assert decided.usage == Usage(120, 30)
    (body,) = endpoint.received
    assert body["response_format"]["json_schema"] == {
        "name": "read",
        "schema": SCHEMA,
        "strict": True,
    }
    assert body["max_completion_tokens"] == 600
    assert body["temperature"] == 0
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert "tools" not in body
    assert endpoint.keys == ["Bearer sesame"]
    assert endpoint.paths == ["v1/chat/completions"]


MISBEHAVIOURS: dict[str, tuple[Behaviour, NoAnswer]] = {
    "no json": (Says("I think it is level 1"), NoAnswer.MALFORMED),
    "half json": (Says('{"level": '), NoAnswer.MALFORMED),
    "deep json": (Says("[" * 100_000), NoAnswer.OVER_BUDGET),
    "json of another form": (says_json({"level": 7}), NoAnswer.MALFORMED),
    "more than asked": (says_json({"level": 1, "patient_id": "PT-2"}), NoAnswer.MALFORMED),
    "a list": (says_json([{"level": 1}]), NoAnswer.MALFORMED),
    "nothing": (Says(""), NoAnswer.EMPTY),
    "cut at its limit": (Says('{"level": 1', finish="length"), NoAnswer.CUT_SHORT),
    "filtered": (Says("", finish="content_filter"), NoAnswer.FILTERED),
    "a refusal": (Says(refusal="I cannot help with that"), NoAnswer.FILTERED),
    "a tool call": (Says(tool_call=True, finish="tool_calls"), NoAnswer.TOOL_CALL),
    "too long": (Says("x" * 9000), NoAnswer.OVER_BUDGET),
    "not http's json": (Raw(b"<html>welcome to the wifi</html>", "text/html"), NoAnswer.MALFORMED),
    "broken json body": (Raw(b'{"choices": ['), NoAnswer.MALFORMED),
    "no choices": (Raw(b'{"choices": []}'), NoAnswer.MALFORMED),
    "null": (Raw(b"null"), NoAnswer.MALFORMED),
    "wrong key": (Fails(401, text=CANARY), NoAnswer.REFUSED),
    "no such model": (Fails(404), NoAnswer.REFUSED),
    "bad request": (Fails(400), NoAnswer.REFUSED),
    "down": (Fails(503), NoAnswer.FAILED),
    "busy": (Fails(429), NoAnswer.BUSY),
    "another place": (Fails(307, location="http://192.0.2.1/v1"), NoAnswer.REFUSED),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
async def test_every_misbehaviour_is_a_reason_and_no_text(
    endpoint: Endpoint, make_model: MakeModel, name: str
) -> None:
    behaviour, reason = MISBEHAVIOURS[name]
    endpoint.script(behaviour)
    with pytest.raises(ModelUnavailable) as raised:
        await make_model().decide(PROMPT, SCHEMA)
    assert raised.value.reason is reason
    assert str(raised.value) == reason.value
    assert raised.value.__context__ is None or raised.value.__suppress_context__


async def test_a_slow_answer_is_not_waited_for(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.script(Says("{}", slow=5))
    with pytest.raises(ModelUnavailable, match="slow"):
        await make_model(read_seconds=0.2).decide(PROMPT, SCHEMA)


async def test_nobody_at_the_address(make_model: MakeModel) -> None:
    with pytest.raises(ModelUnavailable, match="unreachable"):
        await make_model(base_url="http://127.0.0.1:9/v1").decide(PROMPT, SCHEMA)


async def test_what_may_pass_is_asked_again(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.script(Fails(429), Fails(500), GOOD)
    assert (await make_model().decide(PROMPT, SCHEMA)).value == {"level": 1}
    assert len(endpoint.received) == 3


async def test_what_will_not_pass_is_not_asked_again(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.script(Fails(429, retry_after=60), GOOD)
    with pytest.raises(ModelUnavailable, match="busy"):
        await make_model().decide(PROMPT, SCHEMA)
    assert len(endpoint.received) == 1


async def test_a_prompt_over_its_budget_is_not_sent(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    long = Prompt("read", "1", "Read it.", "palabra " * 300)
    with pytest.raises(ModelUnavailable, match="over_budget"):
        await make_model(input_tokens=500).decide(long, SCHEMA)
    assert endpoint.received == []


async def test_no_more_calls_at_once_than_allowed(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.script(says_json({"level": 1}, slow=0.05))
    model = make_model(concurrency=2)
    await asyncio.gather(*(model.decide(PROMPT, SCHEMA) for _ in range(6)))
    assert endpoint.most_at_once == 2


async def test_waiting_for_a_place_has_an_end(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.script(says_json({"level": 1}, slow=0.3))
    model = make_model(concurrency=1, read_seconds=0.4)
    results = await asyncio.gather(
        *(model.decide(PROMPT, SCHEMA) for _ in range(4)), return_exceptions=True
    )
    reasons = [r.reason for r in results if isinstance(r, ModelUnavailable)]
    assert NoAnswer.CROWDED in reasons


async def test_a_failing_endpoint_is_left_alone_and_tried_again(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    now = [0.0]
    breaker = Breaker(failures=2, rest=30.0, clock=lambda: now[0])
    model = make_model(breaker)
    endpoint.script(Fails(400))
    for reason in ("refused", "refused", "resting", "resting"):
        with pytest.raises(ModelUnavailable, match=reason):
            await model.decide(PROMPT, SCHEMA)
    assert len(endpoint.received) == 2
    now[0] = 31.0
    endpoint.script(GOOD)
    await model.decide(PROMPT, SCHEMA)
    assert breaker.position is Position.CLOSED


async def test_text_comes_in_pieces(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.script(Says(pieces=("We open ", "at nine.")))
    writing = make_model().write(PROMPT)
    assert [piece async for piece in writing] == ["We open ", "at nine."]
    assert writing.usage == Usage(120, 30)
    (body,) = endpoint.received
    assert body["stream"] is True
    assert body["max_completion_tokens"] == 600


STREAMS: dict[str, tuple[Behaviour, NoAnswer]] = {
    "the line breaks": (Says(pieces=("We open ",), cut=True), NoAnswer.CUT_SHORT),
    "it just ends": (Says(pieces=("We open ",), finish=None), NoAnswer.CUT_SHORT),
    "cut at its limit": (Says(pieces=("We open ",), finish="length"), NoAnswer.CUT_SHORT),
    "filtered": (Says(pieces=("We ",), finish="content_filter"), NoAnswer.FILTERED),
    "nothing": (Says(), NoAnswer.EMPTY),
    "blanks": (Says(pieces=(" ", "\n")), NoAnswer.EMPTY),
    "a tool call": (Says(tool_call=True, finish="tool_calls"), NoAnswer.TOOL_CALL),
    "without an end": (Says(pieces=("again and again ",) * 600), NoAnswer.OVER_BUDGET),
    "slower and slower": (Says(pieces=("a", "b", "c", "d"), slow=0.3), NoAnswer.SLOW),
    "no events": (Raw(b"<html>", "text/html"), NoAnswer.MALFORMED),
    "broken events": (Raw(b"data: {oops\n\n", "text/event-stream"), NoAnswer.MALFORMED),
    "wrong key": (Fails(401), NoAnswer.REFUSED),
}


@pytest.mark.parametrize("name", STREAMS)
async def test_every_broken_stream_is_a_reason(
    endpoint: Endpoint, make_model: MakeModel, name: str
) -> None:
    behaviour, reason = STREAMS[name]
    endpoint.script(behaviour)
    writing = make_model(write_seconds=0.7).write(PROMPT)
    with pytest.raises(ModelUnavailable) as raised:
        [piece async for piece in writing]
    assert raised.value.reason is reason
    assert str(raised.value) == reason.value


async def test_a_stream_is_tried_again_only_before_its_first_piece(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.script(Fails(503), Says(pieces=("We open ",), cut=True), Says("never asked"))
    pieces = aiter(make_model().write(PROMPT))
    assert await anext(pieces) == "We open "
    with pytest.raises(ModelUnavailable, match="cut_short"):
        await anext(pieces)
    assert len(endpoint.received) == 2


async def test_a_reader_that_stops_early_gives_its_place_back(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.script(Says(pieces=("one ", "two ", "three")))
    model = make_model(concurrency=1)
    for _ in range(3):
        async with aclosing(model.write(PROMPT)) as writing:
            async for _piece in writing:
                break
    assert len(endpoint.received) == 3


async def test_nothing_is_logged(
    endpoint: Endpoint,
    make_model: MakeModel,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("openai").setLevel(logging.WARNING)
    endpoint.script(Fails(500, text=CANARY), Fails(429, text=CANARY), Says(CANARY))
    with structlog.testing.capture_logs() as logged:
        with pytest.raises(ModelUnavailable):
            await make_model().decide(PROMPT, SCHEMA)
        [piece async for piece in make_model().write(PROMPT)]
    assert CANARY in endpoint.text()
    assert CANARY not in caplog.text
    assert CANARY not in str(logged)


async def test_a_tracer_in_the_environment_sees_nothing(
    endpoint: Endpoint, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING_V2", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "key")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", endpoint.url)
    monkeypatch.setenv("OPENAI_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "somebody-elses")
    endpoint.script(GOOD, Says("Hello."))
    model = make_model()
    await model.decide(PROMPT, SCHEMA)
    [piece async for piece in model.write(PROMPT)]
    assert endpoint.paths == ["v1/chat/completions"] * 2
    assert endpoint.keys == ["Bearer none"] * 2


async def test_azure_is_asked_its_way(endpoint: Endpoint, make_model: MakeModel) -> None:
    endpoint.script(GOOD)
    resource = endpoint.url.removesuffix("/v1")
    model = make_model(base_url=resource, api_key="k", azure_api_version="2024-10-21")
    assert (await model.decide(PROMPT, SCHEMA)).value == {"level": 1}
    assert endpoint.paths == ["openai/deployments/scripted/chat/completions"]


async def test_one_token_says_whether_it_is_there(
    endpoint: Endpoint, make_model: MakeModel
) -> None:
    endpoint.script(Says("O", finish="length"))
    await make_model().answer_one_token()
    assert endpoint.received[0]["max_completion_tokens"] == 1
