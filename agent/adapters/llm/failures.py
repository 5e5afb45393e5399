"""What the vendor's libraries raise, as the port's reasons; their texts may quote the prompt or
the answer, so none of them goes on."""

import json

import httpx
import openai
from langchain_core.exceptions import LangChainException

from agent.domain.prompt import NoAnswer
from agent.ports import ModelUnavailable

THEIRS = (
    openai.OpenAIError,
    httpx.HTTPError,
    httpx.StreamError,
    LangChainException,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""The last five: what an answer of an unexpected shape makes their parsers raise."""

LONGEST_WAIT = 1.0
"""Seconds; an endpoint that wants to be left alone for longer is not asked again in this call."""


class Passing(ModelUnavailable):
    """A failure that may be over in a moment."""


def translated(error: BaseException) -> ModelUnavailable:
    if isinstance(error, ModelUnavailable):
        return error
    if isinstance(error, TimeoutError | openai.APITimeoutError | httpx.TimeoutException):
        return ModelUnavailable(NoAnswer.SLOW)
    if isinstance(error, openai.LengthFinishReasonError):
        return ModelUnavailable(NoAnswer.CUT_SHORT)
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return ModelUnavailable(NoAnswer.FILTERED)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.response)
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return ModelUnavailable(NoAnswer.CUT_SHORT)
    if isinstance(error, openai.APIConnectionError | httpx.TransportError):
        return Passing(NoAnswer.UNREACHABLE)
    if isinstance(error, json.JSONDecodeError | openai.APIResponseValidationError):
        return ModelUnavailable(NoAnswer.MALFORMED)
    if isinstance(error, openai.APIError):
        return ModelUnavailable(NoAnswer.FAILED)
    return ModelUnavailable(NoAnswer.MALFORMED)


def _of_status(response: httpx.Response) -> ModelUnavailable:
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        kind = Passing if _wait(response) <= LONGEST_WAIT else ModelUnavailable
        return kind(NoAnswer.BUSY)
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Passing(NoAnswer.FAILED)
    return ModelUnavailable(NoAnswer.REFUSED)


def _wait(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("retry-after", 0))
    except ValueError:
        return LONGEST_WAIT + 1
