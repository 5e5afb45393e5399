"""Portal messages: what Portico writes into the EHR's threads, and what the EHR says was written.

A letter's key travels in the message, hashed, and its thread is read before it is posted: what
stands there already is not posted again.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from agent.adapters.ehr.rest.booking import key_of, put
from agent.adapters.ehr.rest.client import Refused, RestClient, dig
from agent.adapters.ehr.rest.dialect import Dialect, Kind, Webhook
from agent.adapters.ehr.rest.records import Records
from agent.adapters.ehr.rest.rows import Rows
from agent.adapters.ehr.rest.rows import Unreadable as UnreadableRow
from agent.domain.correspondence import EhrEvent, InboundMessage, Letter, event_id_of
from agent.domain.ids import PatientId
from agent.domain.terms import Capability
from agent.ports import EhrUnavailable, NotFound, Unreadable

PASSING = frozenset(
    {
        httpx.codes.UNAUTHORIZED,
        httpx.codes.FORBIDDEN,
        httpx.codes.REQUEST_TIMEOUT,
        httpx.codes.TOO_MANY_REQUESTS,
    }
)
"""Refusals that another try, or a new key, may cure."""


class Messages:
    def __init__(
        self, adapter: str, dialect: Dialect, client: RestClient, rows: Rows, records: Records
    ) -> None:
        self._adapter = adapter
        self._dialect = dialect
        self._client = client
        self._rows = rows
        self._records = records

    async def post(self, letter: Letter) -> str:
        """The thread's id. Raises `EhrUnavailable`, or `NotFound` when the EHR will not have it."""
        standing = await self._standing(letter)
        if standing is not None:
            return standing
        operation = self._records.operation(Capability.POST_MESSAGE)
        body: dict[str, Any] = dict(operation.body)
        for name, value in self._values(letter).items():
            if name in operation.writes:
                put(body, operation.writes[name], value)
        try:
            made = await self._client.write(operation, {"patient": letter.patient_id}, body)
        except Refused as error:
            if error.status in PASSING:
                raise
            raise NotFound("the EHR will not have the message") from None
        try:
            told = self._rows.picked(Kind.MESSAGE, made).get("thread_id")
        except UnreadableRow:
            told = None
        thread_id = str(told) if told is not None else letter.thread_id
        if thread_id is None:
            raise EhrUnavailable("a message without a thread")
        return thread_id

    def arrived(self, body: bytes, at: datetime) -> tuple[EhrEvent, ...]:
        """The message that a notice tells of. Raises `Unreadable`."""
        webhook = self._dialect.webhook
        if webhook is None:
            raise Unreadable(f"{self._dialect.name} sends no notices")
        try:
            notice = json.loads(body)
        except (ValueError, RecursionError):
            raise Unreadable("not JSON") from None
        patient_id = PatientId(_id(notice, webhook.patient_id))
        text = dig(notice, webhook.text)
        if not isinstance(text, str) or not text.strip():
            raise Unreadable(f"{webhook.text}: not a text")
        thread_id = _thread(notice, webhook)
        event_id = event_id_of(patient_id, thread_id, text, at)
        return (InboundMessage(self._adapter, event_id, patient_id, text, thread_id, at),)

    async def _standing(self, letter: Letter) -> str | None:
        """The thread in which the letter stands already."""
        wanted = key_of(letter.key)
        threads = [letter.thread_id] if letter.thread_id is not None else []
        if letter.thread_id is None:
            found = await self._records.messages(letter.patient_id, None)
            threads.extend(dict.fromkeys(thread.thread_id for thread in found))
        for thread_id in threads:
            messages = await self._records.messages(letter.patient_id, thread_id)
            if any(message.key == wanted for message in messages):
                return thread_id
        return None

    def _values(self, letter: Letter) -> Mapping[str, object]:
        values: dict[str, object] = {
            "patient_id": letter.patient_id,
            "text": letter.text,
            "sender": letter.sender,
            "author": self._dialect.their_word("Communication.author", letter.author),
            "at": self._rows.written(letter.at),
            "key": key_of(letter.key),
        }
        if letter.thread_id is not None:
            values["thread_id"] = letter.thread_id
        return values


def _id(notice: object, path: str) -> str:
    found = dig(notice, path)
    if isinstance(found, bool) or not isinstance(found, str | int) or str(found) == "":
        raise Unreadable(f"{path}: not an id")
    return str(found)


def _thread(notice: object, webhook: Webhook) -> str | None:
    if dig(notice, webhook.thread_id) is None:
        return None
    return _id(notice, webhook.thread_id)
