"""A scripted OpenAI-compatible endpoint: real HTTP on a free port, and every way to misbehave.

It answers each request with the next of its behaviours (the last one goes on) and keeps what it
received.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}

Body = dict[str, Any]


@dataclass(frozen=True)
class Says:
    """A whole answer. `pieces` are its deltas when streamed; `finish` None: the stream just ends.
    `slow`: seconds before every piece."""

    text: str = ""
    pieces: tuple[str, ...] = ()
    finish: str | None = "stop"
    tool_call: bool = False
    refusal: str | None = None
    usage: bool = True
    slow: float = 0.0
    cut: bool = False
    """The connection breaks after the pieces."""


@dataclass(frozen=True)
class Fails:
    status: int
    retry_after: float | None = None
    text: str = "no"
    location: str | None = None


@dataclass(frozen=True)
class Raw:
    """A body that is no completion."""

    content: bytes
    media_type: str = "application/json"


Behaviour = Says | Fails | Raw | Callable[[Body], Says]


def says_json(value: object, **options: Any) -> Says:
    return Says(json.dumps(value), **options)


@dataclass
class Endpoint:
    """`received`: the bodies, as sent; `paths` and `keys` beside them."""

    behaviours: list[Behaviour] = field(default_factory=lambda: [Says("OK")])
    received: list[Body] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    now: int = 0
    most_at_once: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.received.clear()
        self.raw.clear()

    def next(self) -> Behaviour:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]

    def text(self) -> str:
        """Everything it ever received."""
        return b"\n".join(self.raw).decode()


@asynccontextmanager
async def serving(endpoint: Endpoint) -> AsyncIterator[Endpoint]:
    server = _Server(uvicorn.Config(_app(endpoint), port=0, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    await server.ready.wait()
    endpoint.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield endpoint
    finally:
        server.force_exit = server.should_exit = True
        await running


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _app(endpoint: Endpoint) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.post("/{path:path}")
    async def answer(path: str, request: Request) -> Response:
        endpoint.paths.append(path)
        endpoint.keys.append(request.headers.get("authorization", ""))
        endpoint.raw.append(await request.body())
        body: Body = json.loads(endpoint.raw[-1])
        endpoint.received.append(body)
        behaviour = endpoint.next()
        endpoint.now += 1
        endpoint.most_at_once = max(endpoint.most_at_once, endpoint.now)
        try:
            return await _response(behaviour, body)
        finally:
            endpoint.now -= 1

    return app


async def _response(behaviour: Behaviour, body: Body) -> Response:
    if isinstance(behaviour, Fails):
        headers = (
            {} if behaviour.retry_after is None else {"retry-after": str(behaviour.retry_after)}
        )
        if behaviour.location is not None:
            headers["location"] = behaviour.location
        error = {"error": {"message": behaviour.text, "type": "x", "code": None}}
        return JSONResponse(error, behaviour.status, headers)
    if isinstance(behaviour, Raw):
        return Response(behaviour.content, media_type=behaviour.media_type)
    said = behaviour if isinstance(behaviour, Says) else behaviour(body)
    if body.get("stream"):
        return StreamingResponse(_events(said), media_type="text/event-stream")
    await asyncio.sleep(said.slow)
    return JSONResponse(_completion(said))


def _completion(said: Says) -> Body:
    message: Body = {"role": "assistant", "content": said.text}
    if said.refusal is not None:
        message |= {"content": None, "refusal": said.refusal}
    if said.tool_call:
        message |= {"content": None, "tool_calls": [{**_CALL, "index": 0}]}
    choice = {"index": 0, "message": message, "finish_reason": said.finish}
    whole: Body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "scripted"}
    whole["choices"] = [choice]
    return whole | ({"usage": USAGE} if said.usage else {})


_CALL = {
    "id": "t1",
    "type": "function",
    "function": {"name": "cancel_appointment", "arguments": '{"patient_id": "PT-2"}'},
}


async def _events(said: Says) -> AsyncIterator[bytes]:
    pieces: Sequence[str] = said.pieces or ([said.text] if said.text else [])
    if said.tool_call:
        yield _event({"tool_calls": [{**_CALL, "index": 0}]})
    for piece in pieces:
        await asyncio.sleep(said.slow)
        yield _event({"content": piece})
    if said.cut:
        raise ConnectionError("the script cuts the line")
    if said.finish is not None:
        yield _event({}, finish=said.finish)
    if said.usage:
        yield _event(None, usage=USAGE)
    yield b"data: [DONE]\n\n"


def _event(
    delta: Body | None, finish: str | None = None, usage: dict[str, int] | None = None
) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk: Body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    chunk |= {"choices": choices} | ({"usage": usage} if usage else {})
    return f"data: {json.dumps(chunk)}\n\n".encode()
