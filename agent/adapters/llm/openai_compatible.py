"""A language model behind an OpenAI-compatible HTTP endpoint, Azure included.

One call: the prompt must fit its budget; it waits for one of the places; the breaker lets it
through; it is asked, and asked again while the failure may be passing and nothing has come yet. All
of that within the call's seconds. Nothing of a prompt or an answer is logged or kept, no redirect
is followed, and no tracer sees the call.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import httpx
import stamina
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from langchain_openai.chat_models.base import BaseChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from agent.adapters.llm.breaker import Breaker
from agent.adapters.llm.checked import object_of, text_of, usage_of
from agent.adapters.llm.failures import THEIRS, Passing, translated
from agent.adapters.llm.tokens import prompt_tokens
from agent.domain.prompt import Decided, NoAnswer, Prompt, Usage
from agent.ports import ModelUnavailable, Writing
from agent.settings import ModelSettings

ATTEMPTS = 3
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 1.0
NO_KEY = "none"
"""For endpoints that want none; without it the library would look for another vendor's key in the
environment and send that."""

PROBE = Prompt("probe", "1", "Answer with the word OK.", "Are you there?")


class OpenAICompatible:
    """Implements `LanguageModel`; for one event loop."""

    def __init__(self, settings: ModelSettings, breaker: Breaker | None = None) -> None:
        self._settings = settings
        self._breaker = breaker or Breaker()
        self._places = asyncio.Semaphore(settings.concurrency)
        self._http = httpx.AsyncClient(
            follow_redirects=False, timeout=max(settings.read_seconds, settings.write_seconds)
        )
        self._chat = _chat(settings, self._http)

    @property
    def name(self) -> str:
        return self._settings.model or ""

    async def decide(self, prompt: Prompt, schema: Mapping[str, object]) -> Decided:
        form = {"name": prompt.id, "schema": dict(schema), "strict": True}
        asked = self._chat.bind(response_format={"type": "json_schema", "json_schema": form})
        self._check_length(prompt)
        deadline = _in_seconds(self._settings.read_seconds)
        async with self._place(deadline):
            message = await _invoked(asked, prompt, deadline)
            text = text_of(message, self._settings.output_tokens)
            return Decided(object_of(text, schema), usage_of(message))

    def write(self, prompt: Prompt) -> Writing:
        return _Text(lambda text: self._pieces(prompt, text))

    async def answer_one_token(self) -> None:
        """Whether the endpoint answers at all. Raises `ModelUnavailable`."""
        deadline = _in_seconds(self._settings.read_seconds)
        async with self._place(deadline):
            await _invoked(self._chat.bind(max_tokens=1), PROBE, deadline)

    async def close(self) -> None:
        await self._http.aclose()

    def _check_length(self, prompt: Prompt) -> None:
        if prompt_tokens(prompt.system, prompt.user) > self._settings.input_tokens:
            raise ModelUnavailable(NoAnswer.OVER_BUDGET)

    @asynccontextmanager
    async def _place(self, deadline: float) -> AsyncIterator[None]:
        """One of the places, with the breaker's leave."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._places.acquire()
        except TimeoutError:
            raise ModelUnavailable(NoAnswer.CROWDED) from None
        try:
            with self._breaker.attempt():
                yield
        finally:
            self._places.release()

    async def _pieces(self, prompt: Prompt, text: "_Text") -> AsyncGenerator[str, None]:
        self._check_length(prompt)
        deadline = _in_seconds(self._settings.write_seconds)
        async with self._place(deadline):
            chunk, stream = await self._begun(prompt, deadline)
            whole = AIMessageChunk(content="")
            async with aclosing(stream):
                while chunk is not None:
                    whole += chunk
                    text.usage = usage_of(whole)
                    text_of(whole, self._settings.output_tokens)
                    if chunk.text:
                        yield chunk.text
                    chunk = await _next(stream, deadline)
            if not whole.response_metadata.get("finish_reason"):
                raise ModelUnavailable(NoAnswer.CUT_SHORT)
            if not whole.text.strip():
                raise ModelUnavailable(NoAnswer.EMPTY)

    async def _begun(
        self, prompt: Prompt, deadline: float
    ) -> tuple[AIMessageChunk | None, "Stream"]:
        """The first chunk, and the rest of them."""
        with _translating():
            async with asyncio.timeout_at(deadline):
                async for attempt in _attempts():
                    with attempt:
                        stream = _opened(self._chat, prompt)
                        return await _next(stream, deadline), stream
        raise AssertionError("stamina raises what the last attempt raised")


Stream = AsyncGenerator[AIMessageChunk, None]
Asked = Runnable[LanguageModelInput, AIMessage]


class _Text:
    """Implements `Writing`."""

    def __init__(self, pieces: Callable[["_Text"], AsyncGenerator[str, None]]) -> None:
        self.usage = Usage()
        self._pieces = pieces(self)

    def __aiter__(self) -> AsyncIterator[str]:
        return self._pieces

    async def aclose(self) -> None:
        await self._pieces.aclose()


def _in_seconds(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def _messages(prompt: Prompt) -> list[BaseMessage]:
    return [SystemMessage(prompt.system), HumanMessage(prompt.user)]


def _unwatched() -> RunnableConfig:
    """The graph's own callbacks stay out of the call."""
    return RunnableConfig(callbacks=[])


def _opened(chat: BaseChatOpenAI, prompt: Prompt) -> Stream:
    # Any: declared as an iterator, and a generator in fact.
    stream: Any = chat.astream(_messages(prompt), _unwatched())
    return stream  # type: ignore[no-any-return]


async def _invoked(asked: Asked, prompt: Prompt, deadline: float) -> AIMessage:
    with _translating():
        async with asyncio.timeout_at(deadline):
            async for attempt in _attempts():
                with attempt, _translating(), tracing_context(enabled=False):
                    return await asked.ainvoke(_messages(prompt), _unwatched())
    raise AssertionError("stamina raises what the last attempt raised")


async def _next(stream: Stream, deadline: float) -> AIMessageChunk | None:
    """None at the end."""
    with _translating(), tracing_context(enabled=False):
        async with asyncio.timeout_at(deadline):
            return await anext(stream, None)


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except (ModelUnavailable, TimeoutError, *THEIRS) as error:
        raise translated(error) from None


def _attempts() -> AsyncIterator[stamina.Attempt]:
    """Timed from outside; what is not `Passing` is not tried again."""
    return stamina.retry_context(
        on=Passing,
        attempts=ATTEMPTS,
        timeout=None,
        wait_initial=FIRST_PAUSE,
        wait_max=LONGEST_PAUSE,
        wait_jitter=FIRST_PAUSE,
    )


def _chat(settings: ModelSettings, client: httpx.AsyncClient) -> BaseChatOpenAI:
    """The library without retries, caches and proxies of its own."""
    key = SecretStr(settings.api_key or NO_KEY)
    common: dict[str, Any] = {
        "api_key": key,
        "http_async_client": client,
        "max_retries": 0,
        "max_tokens": settings.output_tokens,
        "openai_proxy": None,
        "stream_chunk_timeout": None,
        "stream_usage": True,
        "temperature": 0,
        "timeout": max(settings.read_seconds, settings.write_seconds),
        "use_responses_api": False,
    }
    if settings.azure_api_version is None:
        return ChatOpenAI(base_url=settings.base_url, model=settings.model or "", **common)
    return AzureChatOpenAI(
        azure_endpoint=settings.base_url,
        azure_deployment=settings.model,
        api_version=settings.azure_api_version,
        **common,
    )
