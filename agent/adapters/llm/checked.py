"""Whether what came back is an answer of the asked form."""

import json
from collections.abc import Mapping

from jsonschema import Draft202012Validator
from langchain_core.messages import AIMessage

from agent.adapters.llm.tokens import tokens
from agent.domain.prompt import NoAnswer, Usage
from agent.ports import ModelUnavailable

SLACK = 2
"""The own count is an estimate: an answer is too long only at so many times its limit."""


def text_of(message: AIMessage, most: int) -> str:
    """The message's plain text; `most` tokens. Raises `ModelUnavailable`."""
    if message.tool_calls or message.invalid_tool_calls:
        raise ModelUnavailable(NoAnswer.TOOL_CALL)
    ended = message.response_metadata.get("finish_reason")
    if ended == "content_filter" or message.additional_kwargs.get("refusal"):
        raise ModelUnavailable(NoAnswer.FILTERED)
    if ended == "length":
        raise ModelUnavailable(NoAnswer.CUT_SHORT)
    if not isinstance(message.content, str):
        raise ModelUnavailable(NoAnswer.MALFORMED)
    if tokens(message.content) > SLACK * most:
        raise ModelUnavailable(NoAnswer.OVER_BUDGET)
    return message.content


def object_of(text: str, schema: Mapping[str, object]) -> Mapping[str, object]:
    """The JSON object in `text`, of the form `schema`. Raises `ModelUnavailable`."""
    if not text.strip():
        raise ModelUnavailable(NoAnswer.EMPTY)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelUnavailable(NoAnswer.MALFORMED) from None
    if not isinstance(value, dict) or not Draft202012Validator(schema).is_valid(value):
        raise ModelUnavailable(NoAnswer.MALFORMED)
    return value


def usage_of(message: AIMessage) -> Usage:
    counted = message.usage_metadata
    if counted is None:
        return Usage()
    return Usage(int(counted["input_tokens"] or 0), int(counted["output_tokens"] or 0))
