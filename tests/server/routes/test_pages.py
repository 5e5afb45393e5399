"""Pages, health, metrics and the demo calls."""

import httpx

from tests.server.conftest import Served


def test_health_and_readiness(served: Served) -> None:
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{served.url}/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"store": True, "ehr": True, "knowledge": True}


def test_readiness_names_what_is_down(served: Served) -> None:
    served.app.state.world.agent.ehr.available = False
    try:
        ready = httpx.get(f"{served.url}/readyz")
    finally:
        served.app.state.world.agent.ehr.available = True
    assert ready.status_code == 503
    assert ready.json()["checks"]["ehr"] is False


def test_metrics_count_turns_by_node(served: Served) -> None:
    with served.talk(served.new_patient()) as chat:
        chat.answer("Where can I park?")
        chat.until("status", state="idle")
        text = httpx.get(f"{served.url}/metrics").text
    assert 'portico_turns_total{outcome="delivered",route="faq"}' in text
    assert 'portico_node_seconds_count{node="screen"}' in text
    assert 'portico_connections{kind="patient"} 1.0' in text
    assert 'portico_tasks_open{priority="stat"}' in text


def test_the_api_describes_itself(served: Served) -> None:
    paths = httpx.get(f"{served.url}/openapi.json").json()["paths"]
    assert "/v1/staff/tasks" in paths


def test_pages_come_with_a_strict_policy(served: Served) -> None:
    for path in ("/demo", "/staff"):
        page = httpx.get(f"{served.url}{path}")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"


def test_the_widget_may_be_embedded_elsewhere(served: Served) -> None:
    script = httpx.get(f"{served.url}/widget.js")
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"


def test_static_files_are_a_flat_folder(served: Served) -> None:
    assert httpx.get(f"{served.url}/static/desk.js").status_code == 200
    for name in ("nothing.js", "..%2fapp.py", "%2e%2e%2fapp.py"):
        assert httpx.get(f"{served.url}/static/{name}").status_code == 404


def test_every_answer_has_a_request_id(served: Served) -> None:
    mine = httpx.get(f"{served.url}/healthz", headers={"X-Request-ID": "abc-1"})
    assert mine.headers["x-request-id"] == "abc-1"
    strange = httpx.get(f"{served.url}/healthz", headers={"X-Request-ID": "a b\tc"})
    assert strange.headers["x-request-id"] != "a b\tc"


def test_what_anybody_may_know_of_the_practice(served: Served) -> None:
    assert httpx.get(f"{served.url}/v1/practice").json() == {
        "name": "Elm Clinic",
        "phone": "+13035550100",
        "languages": ["en", "es"],
        "after_hours_phone": None,
    }


def test_the_demo_lists_patients_and_lets_one_in(served: Served) -> None:
    patients = httpx.get(f"{served.url}/v1/demo/patients").json()
    assert patients[0] == {"id": "PT-1", "display_name": "Pat1", "language": "en"}
    made = httpx.post(f"{served.url}/v1/demo/token", json={"patient": "PT-1"}).json()
    assert made["expires_in"] == 3600
    with served.chat() as chat:
        chat.send(type="hello", token=made["token"])
        assert chat.until("ready")["patient"]["display_name"] == "Pat1"
    unknown = httpx.post(f"{served.url}/v1/demo/token", json={"patient": "PT-404"})
    assert unknown.status_code == 404


def test_the_demo_shows_the_ehr(served: Served) -> None:
    shown = httpx.get(f"{served.url}/v1/demo/ehr").json()
    assert shown["service_types"][0]["id"] == "visit"
    assert "as_of" in shown["accounts"][0]


def test_without_the_demo_there_is_none(served: Served) -> None:
    world = served.app.state.world
    settings = world.settings.model_copy(update={"demo": False})
    object.__setattr__(world, "settings", settings)
    try:
        for path in ("/demo", "/v1/demo/patients", "/v1/demo/ehr"):
            assert httpx.get(f"{served.url}{path}").status_code == 404
    finally:
        demo = world.settings.model_copy(update={"demo": True})
        object.__setattr__(world, "settings", demo)


def test_unknown_paths_answer_in_json(served: Served) -> None:
    answer = httpx.get(f"{served.url}/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
