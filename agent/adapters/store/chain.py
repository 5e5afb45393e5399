"""The ledger's hash chains: what a record's hash covers, and whether chains still hold.

A record's hash is SHA-256 over the canonical JSON (sorted keys, no spaces, UTC times) of its
chain, position, event and the previous record's hash. Changing, removing, adding or reordering a
record breaks every hash after it. The last record of each chain must be the one that its head
names, and the daily `anchors` chain records the heads, so that a chain cut short or rewritten
from some point on, head included, still contradicts an anchor.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC

from agent.domain.audit import JsonValue, LedgerEvent, LedgerRecord

START = "0" * 64
PRACTICE = "practice"
ANCHORS = "anchors"
ANCHORED = "heads.anchored"
LONGEST_TOKEN = 120

Head = tuple[int, str]
"""Position and hash of a chain's last record."""


def chain_of(event: LedgerEvent) -> str:
    if event.kind == ANCHORED:
        return ANCHORS
    return f"conversation:{event.conversation_id}" if event.conversation_id else PRACTICE


def canonical(value: object) -> str:
    """The one JSON text of `value`."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def link(event: LedgerEvent, chain: str, head: Head | None) -> LedgerRecord:
    """`event` as the next record of `chain`."""
    position, previous = head or (0, START)
    record = LedgerRecord(event, chain, position + 1, previous, hash="")
    return replace(record, hash=hash_of(record))


def hash_of(record: LedgerRecord) -> str:
    event = record.event
    covered = {
        "chain": record.chain,
        "position": record.position,
        "previous": record.previous,
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "conversation": event.conversation_id,
        "patient": event.patient_id,
        "message": event.message_id,
        "data": event.data,
    }
    return hashlib.sha256(canonical(covered).encode()).hexdigest()


def without_free_text(event: LedgerEvent) -> LedgerEvent:
    """The event with every string in its data that is not a short single token (an id, a code, a
    hash, a number) replaced by `withheld:<length>`: the ledger outlives what people wrote."""
    return replace(event, data={key: _token(value) for key, value in event.data.items()})


def _token(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        plain = len(value) <= LONGEST_TOKEN and not any(c.isspace() for c in value)
        return str(value) if plain else f"withheld:{len(value)}"
    if isinstance(value, Mapping):
        return {str(key): _token(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_token(item) for item in value]
    return value


class ChainCheck:
    """Walks records, the `anchors` chain first and each chain in order of position, and remembers
    the first fault of each."""

    def __init__(self) -> None:
        self._heads: dict[str, Head] = {}
        self._faults: dict[str, str] = {}
        self._anchored: dict[tuple[str, int], str] = {}

    def add(self, record: LedgerRecord) -> None:
        position, previous = self._heads.get(record.chain, (0, START))
        if record.position != position + 1:
            self._fault(record.chain, position + 1, "is missing")
        elif record.previous != previous:
            self._fault(record.chain, record.position, "does not follow the one before it")
        elif record.hash != hash_of(record):
            self._fault(record.chain, record.position, "was altered")
        self._heads[record.chain] = (record.position, record.hash)
        if self._anchored.pop((record.chain, record.position), record.hash) != record.hash:
            self._fault(record.chain, record.position, "is not the one that was anchored")
        if record.chain == ANCHORS:
            self._note_anchor(record)

    def faults(self, heads: Iterable[tuple[str, Head]]) -> tuple[str, ...]:
        """One line a broken chain; empty when every chain holds."""
        expected = dict(heads)
        for chain, (position, hash_) in expected.items():
            found = self._heads.get(chain, (0, START))
            if found[0] < position:
                self._fault(chain, found[0] + 1, "is missing")
            elif found != (position, hash_):
                self._fault(chain, position, "is not the head that was recorded")
        for chain in self._heads.keys() - expected.keys():
            self._fault(chain, 1, "has no recorded head")
        for chain, position in self._anchored:
            self._fault(chain, position, "was anchored and is gone")
        return tuple(self._faults[chain] for chain in sorted(self._faults))

    def _fault(self, chain: str, position: int, what: str) -> None:
        self._faults.setdefault(chain, f"{chain}: record {position} {what}")

    def _note_anchor(self, record: LedgerRecord) -> None:
        heads = record.event.data.get("heads")
        for head in heads if isinstance(heads, list) else []:
            if isinstance(head, list) and len(head) == 3:
                chain, position, hash_ = head
                self._anchored[str(chain), int(str(position))] = str(hash_)
