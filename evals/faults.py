"""Switches parts of a running agent off and on, as a script's `outage` and `restore` say."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from agent.domain.prompt import NoAnswer, Usage
from agent.ports import Ehr, EhrUnavailable, ModelUnavailable, Writing
from agent.turns import Agent
from evals.script import Part
from knowledge.errors import KnowledgeUnavailable

EHR_CALLS = tuple(name for name in vars(Ehr) if not name.startswith("_") and name != "capabilities")


class CannotDo(Exception):
    """A step that could not be carried out; the script fails there."""


class Faults:
    """`model` is off already when no model is configured."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def switch(self, part: Part, on: bool) -> None:
        if part == "ehr":
            self._switch_ehr(on)
        elif part == "knowledge":
            self._switch_knowledge(on)
        else:
            self._switch_model(on)

    @contextmanager
    def ehr_up(self) -> Iterator[None]:
        """The EHR answers inside, so that one can look at it, and is as before afterwards."""
        switched_off = EHR_CALLS[0] in vars(self._agent.ehr)
        self._switch_ehr(on=True)
        try:
            yield
        finally:
            if switched_off:
                self._switch_ehr(on=False)

    def _switch_ehr(self, on: bool) -> None:
        """The adapter, whichever it is, fails as it does when its EHR does not answer."""
        of_instance = vars(self._agent.ehr)
        for call in EHR_CALLS:
            if on:
                of_instance.pop(call, None)
            else:
                of_instance[call] = _unanswered

    def _switch_knowledge(self, on: bool) -> None:
        """The retriever fails as it does when its files cannot be read."""
        of_instance = vars(self._agent.rooms.retriever)
        if on:
            of_instance.pop("retrieve", None)
        else:
            of_instance["retrieve"] = _unreadable

    def _switch_model(self, on: bool) -> None:
        """The model fails as it does when nobody answers at its address."""
        consultant = self._agent.rooms.consultant
        if consultant is None:
            return
        of_instance = vars(consultant.model)
        if on:
            of_instance.pop("decide", None)
            of_instance.pop("write", None)
        else:
            of_instance.update(decide=_undecided, write=_unwritten)


class _Text:
    """Implements `Writing` for a model that is switched off."""

    usage = Usage()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        raise ModelUnavailable(NoAnswer.UNREACHABLE)

    async def aclose(self) -> None:
        return None


async def _unanswered(*_args: Any, **_kwargs: Any) -> Any:
    raise EhrUnavailable("the EHR is switched off")


async def _undecided(*_args: Any) -> Any:
    raise ModelUnavailable(NoAnswer.UNREACHABLE)


def _unwritten(*_args: Any) -> Writing:
    return _Text()


def _unreadable(*_args: Any, **_kwargs: Any) -> Any:
    raise KnowledgeUnavailable("the knowledge index is switched off")
