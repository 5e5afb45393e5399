"""Starts sekmet-fhir for the tests; runs in its own environment, not in Portico's.

`sekmet_launcher.py SETTINGS`: SETTINGS is a JSON object of sekmet's own settings, laid over those
below. Listens on a free port of 127.0.0.1, prints its base URL as the first line and ends with its
stdin. `POST /clear` empties it.
"""

import json
import os
import socket
import sys
import threading
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from sekmet.config import Settings  # type: ignore[import-not-found]
from sekmet.fhir import search_params  # type: ignore[import-not-found]
from sekmet.main import create_app  # type: ignore[import-not-found]

# FHIR R4's own search parameters that sekmet 0.1.1 lacks: name, kind, element and target.
MISSING = {
    "Questionnaire": """
        identifier:token:identifier
        status:token:status
        name:string:name
        title:string:title
        url:uri:url
        version:token:version
        code:token:item.code
        date:date:date
    """,
    "QuestionnaireResponse": """
        identifier:token:identifier
        status:token:status
        subject:reference:subject
        patient:reference:subject:Patient
        questionnaire:uri:questionnaire
        based-on:reference:basedOn
        part-of:reference:partOf
        encounter:reference:encounter
        author:reference:author
        source:reference:source
        authored:date:authored
    """,
    "VisionPrescription": """
        identifier:token:identifier
        status:token:status
        patient:reference:patient
        encounter:reference:encounter
        prescriber:reference:prescriber
        datewritten:date:dateWritten
    """,
    "DeviceRequest": """
        identifier:token:identifier
        status:token:status
        intent:token:intent
        subject:reference:subject
        patient:reference:subject:Patient
        code:token:codeCodeableConcept
        device:reference:codeReference
        based-on:reference:basedOn
        encounter:reference:encounter
        requester:reference:requester
        performer:reference:performer
        authored-on:date:authoredOn
        event-date:date:occurrenceDateTime|occurrencePeriod
    """,
    "SupplyRequest": """
        identifier:token:identifier
        status:token:status
        category:token:category
        subject:reference:deliverTo
        requester:reference:requester
        supplier:reference:supplier
        date:date:authoredOn
    """,
}


def add_missing() -> None:
    for resource_type, lines in MISSING.items():
        parameters = search_params.PARAMS.setdefault(resource_type, {})
        for line in lines.strip().splitlines():
            name, kind, paths, *target = line.strip().split(":")
            parameters[name] = search_params.SearchParam(
                name, kind, tuple(paths.split("|")), *target
            )


def app_on(base_url: str, settings: dict[str, Any]) -> FastAPI:
    app: FastAPI = create_app(
        Settings.model_validate(
            {
                "base_url": base_url,
                "db_path": ":memory:",
                "log_inbound": False,
                "simulator": {"enabled": False},  # else it answers our writes as another system
                "validation": {"inbound": "strict"},
                **settings,
            }
        )
    )

    def clear() -> Response:
        app.state.ctx.store.reset()
        return Response(status_code=204)

    app.add_api_route("/clear", clear, methods=["POST"])
    return app


def end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    add_missing()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
    app = app_on(base_url, json.loads(sys.argv[1]))
    threading.Thread(target=end_with_stdin, daemon=True).start()
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
