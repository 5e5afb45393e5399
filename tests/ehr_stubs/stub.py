"""A stub of one of the five EHRs over real HTTP, with the ways in which real ones misbehave."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from agent.adapters.ehr.demo.shape import AppointmentShape, EhrShape
from agent.domain.booking import AppointmentStatus
from tests.ehr_stubs.facts import (
    FACTS,
    MINUTES,
    PATIENT,
    SERVICES,
    TN_MODALITY,
    TN_STATUS,
    Json,
    cpm_account,
    tn_row,
    tn_single,
)

KEY = "stub-key-for-tests"
NAMELESS = {"what": "a row of nothing", "datetime": 17, "status": ["?"]}


@dataclass(frozen=True)
class Trouble:
    """How the stub answers one request instead; `after_work`: it did what was asked before."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    after_work: bool = False


@dataclass
class Stub:
    """`troubles`: one a matching request, in order. `strangers`: lists hold everybody's rows.
    `garbage`: lists hold a row of nothing. `rival`: runs before a booking is written. `deaf`: a
    written booking loses the fields named."""

    name: str
    world: EhrShape
    page_size: int = 2
    troubles: list[tuple[str, Trouble]] = field(default_factory=list)
    strangers: bool = False
    garbage: bool = False
    rival: Callable[["Stub"], None] | None = None
    deaf: frozenset[str] = frozenset()
    refuses_conflicts: bool = False
    requests: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    messages: list[Json] = field(default_factory=list)
    appointments: list[AppointmentShape] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.appointments = list(self.world.appointments)

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        async def everything(request: Request) -> Response:
            return await self._answer(request)

        return app

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode().partition("?")[0]
        said = f"{request.method} {path}"
        self.requests.append(said)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": "unauthorized"}, 401)
        trouble = self._trouble(said)
        if trouble is not None and not trouble.after_work:
            return await _troubled(trouble)
        body = await request.json() if request.method == "POST" else None
        query = dict(request.query_params)
        response = self._do(request.method, path, query, body)
        return await _troubled(trouble) if trouble is not None else response

    def _trouble(self, said: str) -> Trouble | None:
        for position, (pattern, trouble) in enumerate(self.troubles):
            if re.search(pattern, said):
                del self.troubles[position]
                return trouble
        return None

    def _do(self, method: str, path: str, query: dict[str, str], body: Any) -> Response:
        facts = FACTS[self.name]
        if method == "POST":
            return self._post(path, body)
        if found := re.fullmatch(facts.patient_path, path):
            return self._patient(unquote(found["patient"]))
        for pattern, what in facts.lists.items():
            if found := re.fullmatch(pattern, path):
                owner = found.groupdict().get("patient")
                return self._page(self._rows(what, unquote(owner) if owner else "", query), query)
        if self.name == "therapynotes":
            return self._single(path)
        if self.name == "crystal_pm":
            return self._crystal(path, query)
        return JSONResponse({"error": "no such path"}, 404)

    # --- reads ---------------------------------------------------------------------------------

    def _patient(self, patient_id: str) -> Response:
        shape = next((p for p in self.world.patients if p.id == patient_id), None)
        if shape is None:
            return JSONResponse({"error": "not found"}, 404)
        if self.strangers:
            shape = next(p for p in self.world.patients if p.id != patient_id)
        return JSONResponse(FACTS[self.name].patient(shape))

    def _rows(self, what: str, owner: str, query: dict[str, str]) -> list[Any]:
        if self.name == "therapynotes":
            rows: list[Any] = [tn_row(a, self.keys.get(a.id)) for a in self._filtered(query)]
        else:
            owner = owner or query.get("client_id", "")
            things = self.appointments if what == "appointments" else getattr(self.world, what)
            row = FACTS[self.name].rows[what]
            rows = [row(t) for t in things if self.strangers or t.patient_id == owner]
        return [*rows, dict(NAMELESS)] if self.garbage else rows

    def _filtered(self, query: dict[str, str]) -> list[AppointmentShape]:
        wanted = self.appointments
        if not self.strangers and "patient_id" in query:
            wanted = [a for a in wanted if a.patient_id == query["patient_id"]]
        if not self.strangers and "provider_id" in query:
            wanted = [a for a in wanted if a.practitioner_id == query["provider_id"]]
        if "from" in query:
            first, last = (datetime.fromisoformat(query[name]) for name in ("from", "to"))
            wanted = [a for a in wanted if first <= a.start < last]
        return wanted

    def _page(self, rows: list[Any], query: dict[str, str]) -> Response:
        style = FACTS[self.name].paging
        if style == "cursor":
            start = int(query.get("cursor") or 0)
            end = start + self.page_size
            meta = {"next_cursor": str(end)} if end < len(rows) else {}
            return JSONResponse({"data": rows[start:end], "meta": meta})
        page, size = ("page", "page_size") if style == "number" else ("pageNumber", "pageSize")
        start = (int(query[page]) - 1) * int(query[size])
        part = rows[start : start + int(query[size])]
        return JSONResponse({"items": part, "total": len(rows)} if style == "number" else part)

    def _single(self, path: str) -> Response:
        wanted = path.removeprefix("/appointments/")
        for appointment in self.appointments:
            if appointment.id == wanted:
                return JSONResponse(tn_single(appointment, self.keys.get(appointment.id)))
        return JSONResponse({"error": "not found"}, 404)

    def _crystal(self, path: str, query: dict[str, str]) -> Response:
        if found := re.fullmatch(PATIENT + "/balance", path):
            for account in self.world.accounts:
                if self.strangers or account.patient_id == found["patient"]:
                    return JSONResponse(cpm_account(account))
        if found := re.fullmatch(PATIENT + "/messages", path):
            mine = [m for m in self.messages if m["patientId"] == found["patient"]]
            threads = {m["threadId"]: {k: m[k] for k in ("patientId", "threadId")} for m in mine}
            return self._page(list(threads.values()), query)
        if found := re.fullmatch(r"/api/messages/(?P<thread>[^/]+)", path):
            return self._page([m for m in self.messages if m["threadId"] == found["thread"]], query)
        return JSONResponse({"error": "not found"}, 404)

    # --- writes --------------------------------------------------------------------------------

    def _post(self, path: str, body: Any) -> Response:
        if self.name == "therapynotes" and path == "/appointments":
            return self._book(body)
        if self.name == "crystal_pm" and path == "/api/messages":
            return self._message(body)
        found = re.fullmatch(r"/api/appointments/(?P<id>[^/]+)/notes", path)
        if self.name == "crystal_pm" and found:
            return self._note(found["id"], body)
        return JSONResponse({"error": "no such path"}, 404)

    def _book(self, body: Json) -> Response:
        expected = {"patient_id", "provider_id", "datetime", "duration", "type", "status"}
        service = next((s for s, code in SERVICES.items() if code == body.get("type")), None)
        modality = next((m for m, t in TN_MODALITY.items() if t == body.get("modality")), None)
        if expected - body.keys() or not service or not modality:
            return JSONResponse({"error": "unprocessable"}, 422)
        if body["duration"] != MINUTES[service] or body["status"] != TN_STATUS["booked"]:
            return JSONResponse({"error": "unprocessable"}, 422)
        if self.rival is not None:
            self.rival(self)
        number = f"TN-{len(self.appointments) + 1}"
        made = AppointmentShape(
            id=number,
            patient_id=body["patient_id"],
            practitioner_id=body["provider_id"],
            service_type=service,
            start=datetime.fromisoformat(body["datetime"]),
            modality="in_person" if "modality" in self.deaf else modality,
            telehealth_url=f"https://video.example.test/{number}"
            if modality == "telehealth"
            else None,
        )
        if self.refuses_conflicts and any(_clash(made, other) for other in self.appointments):
            return JSONResponse({"error": "conflict"}, 409)
        self.appointments.append(made)
        if "key" not in self.deaf:
            self.keys[number] = body["custom_fields"]["portico_key"]
        return JSONResponse(tn_single(made, self.keys.get(number)), 201)

    def _note(self, appointment_id: str, body: Json) -> Response:
        for position, appointment in enumerate(self.appointments):
            if appointment.id == appointment_id and body == {"status": "Confirmed"}:
                if "note" not in self.deaf:
                    confirmed = {"status": AppointmentStatus.CONFIRMED}
                    self.appointments[position] = appointment.model_copy(update=confirmed)
                return JSONResponse({"noteId": "N-1"}, 201)
        return JSONResponse({"error": "not found"}, 404)

    def _message(self, body: Json) -> Response:
        if not isinstance(body.get("messageBody"), str) or "patientId" not in body:
            return JSONResponse({"error": "unprocessable"}, 422)
        message = {"threadId": f"TH-{len(self.messages) + 1}", **body}
        message["messageId"] = f"M-{len(self.messages) + 1}"
        self.messages.append(message)
        return JSONResponse(message, 201)


def _clash(one: AppointmentShape, other: AppointmentShape) -> bool:
    return (one.practitioner_id, one.start) == (other.practitioner_id, other.start)


async def _troubled(trouble: Trouble) -> Response:
    await asyncio.sleep(trouble.seconds)
    return Response(trouble.body, trouble.status, trouble.headers, "application/json")
