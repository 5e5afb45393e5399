"""How LangGraph's checkpoints carry the agent's frozen values.

Dataclasses and enums of the agent come back as themselves, and nothing else of its code is ever
rebuilt from a checkpoint. Tuples stay tuples: LangGraph's own serializer makes lists of them, and
a frozen value with a list in it no longer equals itself. Whatever is not ours (LangGraph's own
types) goes LangGraph's way, with its list of safe types.
"""

import dataclasses
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from inspect import isclass
from typing import Any
from zoneinfo import ZoneInfo

import ormsgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

FORMAT = "portico"
_ROOM = "agent."
_ADAPTERS = "agent.adapters."
_PACK = (
    ormsgpack.OPT_NON_STR_KEYS
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_TUPLE
    | ormsgpack.OPT_PASSTHROUGH_UUID
    | ormsgpack.OPT_REPLACE_SURROGATES
)
_TUPLE, _SET, _OBJECT, _ENUM, _DATETIME, _DATE, _TIME, _DELTA, _ZONE, _FOREIGN = range(1, 11)


def agent_types() -> dict[str, type]:
    """Every dataclass and enum that the agent's loaded modules (adapters aside) define."""
    return {
        f"{name}:{kind.__qualname__}": kind
        for name, module in sorted(sys.modules.items())
        if name.startswith(_ROOM) and not name.startswith(_ADAPTERS)
        for kind in vars(module).values()
        if isclass(kind)
        and kind.__module__ == name
        and (dataclasses.is_dataclass(kind) or issubclass(kind, Enum))
    }


class AgentSerializer(JsonPlusSerializer):
    """LangGraph's serializer, for `types` (name to class) as well."""

    def __init__(self, types: Mapping[str, type]) -> None:
        super().__init__(allowed_msgpack_modules=None)
        self._types = types
        self._names = {kind: name for name, kind in types.items()}

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        if obj is None or isinstance(obj, bytes | bytearray):
            return super().dumps_typed(obj)
        return FORMAT, self._pack(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        kind, content = data
        return self._unpack(content) if kind == FORMAT else super().loads_typed(data)

    def _pack(self, value: Any) -> bytes:
        return ormsgpack.packb(value, default=self._extension, option=_PACK)

    def _unpack(self, content: bytes) -> Any:
        return ormsgpack.unpackb(content, ext_hook=self._rebuild, option=ormsgpack.OPT_NON_STR_KEYS)

    def _extension(self, value: Any) -> ormsgpack.Ext:
        """What msgpack does not know, as an extension; ormsgpack calls it inside out."""
        name = self._names.get(type(value))
        if name is not None and isinstance(value, Enum):
            return ormsgpack.Ext(_ENUM, self._pack([name, value.value]))
        if name is not None:
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return ormsgpack.Ext(_OBJECT, self._pack([name, fields]))
        if type(value) is tuple:
            return ormsgpack.Ext(_TUPLE, self._pack(list(value)))
        if type(value) is frozenset:
            return ormsgpack.Ext(_SET, self._pack(list(value)))
        if isinstance(value, datetime | date | time | timedelta | ZoneInfo):
            return _moment(value)
        _, content = super().dumps_typed(value)
        return ormsgpack.Ext(_FOREIGN, content)

    def _rebuild(self, code: int, content: bytes) -> Any:
        if code == _FOREIGN:
            return super().loads_typed(("msgpack", content))
        if code in (_OBJECT, _ENUM):
            name, state = self._unpack(content)
            kind = self._types[name]
            return _built(kind, state) if code == _OBJECT else kind(state)
        if code in (_TUPLE, _SET):
            items = self._unpack(content)
            return tuple(items) if code == _TUPLE else frozenset(items)
        return _MOMENTS[code](content.decode())


def _built(kind: Any, state: Mapping[str, Any]) -> Any:
    """Without the fields that `kind` has lost since the checkpoint was written."""
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in state.items() if name in known})


def _moment(value: datetime | date | time | timedelta | ZoneInfo) -> ormsgpack.Ext:
    if isinstance(value, ZoneInfo):
        return ormsgpack.Ext(_ZONE, value.key.encode())
    if isinstance(value, timedelta):
        return ormsgpack.Ext(_DELTA, repr(value / timedelta(microseconds=1)).encode())
    if isinstance(value, datetime):
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else ""
        return ormsgpack.Ext(_DATETIME, f"{value.isoformat()} {zone}".encode())
    code = _DATE if isinstance(value, date) else _TIME
    return ormsgpack.Ext(code, value.isoformat().encode())


def _datetime(text: str) -> datetime:
    moment, _, zone = text.partition(" ")
    at = datetime.fromisoformat(moment)
    return at.astimezone(ZoneInfo(zone)) if zone else at


_MOMENTS = {
    _DATETIME: _datetime,
    _DATE: date.fromisoformat,
    _TIME: time.fromisoformat,
    _DELTA: lambda text: timedelta(microseconds=float(text)),
    _ZONE: ZoneInfo,
}
