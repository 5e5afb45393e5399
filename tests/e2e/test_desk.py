"""Staff in a browser: the alarm without a reload, taking over, completing, drafts."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import (
    PASSWORD,
    PHONE,
    OpenChat,
    OpenDesk,
    OpenPage,
    Server,
    Watched,
    axe_violations,
    staff_with,
)

pytestmark = [pytest.mark.browser, pytest.mark.e2e, pytest.mark.slow]


def patients(server: Server) -> list[str]:
    return [
        patient["id"]
        for patient in server.records()["patients"]
        if patient.get("consents", {}).get("ai_chat") and patient.get("language") == "en"
    ]


def name_of(server: Server, patient: str) -> str:
    found = next(p for p in server.records()["patients"] if p["id"] == patient)
    return f"{found['first_name']} {found['last_name']}"


def open_task(desk: Page, server: Server, patient: str, kind: str) -> None:
    rows = desk.locator("a.task", has_text=name_of(server, patient))
    rows.filter(has_text=kind).first.click()
    desk.locator(".conversation").wait_for()


def test_a_crisis_shows_the_card_and_sounds_the_alarm_without_a_reload(
    server: Server, open_chat: OpenChat, open_desk: OpenDesk
) -> None:
    patient = patients(server)[-1]
    desk = open_desk("on_call")
    chat = open_chat(patient, PHONE)
    card = chat.say("I want to kill myself tonight")
    expect(card.locator(".card")).to_be_visible()
    expect(card.locator(".card-action[href^='tel:']").first).to_be_visible()
    expect(desk.locator(".alarm")).to_contain_text(name_of(server, patient))
    assert axe_violations(chat.page) == []
    assert axe_violations(desk) == []
    desk.locator(".alarm").get_by_role("link", name="Open").click()
    desk.get_by_role("button", name="I've got this").click()
    expect(desk.locator(".alarm")).to_have_count(0)
    expect(desk.locator(".taskpanel.is-stat")).to_contain_text("You")


def test_a_person_takes_over_answers_hands_back_and_completes(
    server: Server, open_chat: OpenChat, open_desk: OpenDesk
) -> None:
    patient = patients(server)[0]
    member = staff_with("front_desk")
    desk = open_desk("front_desk")
    chat = open_chat(patient)
    chat.press(chat.page.get_by_role("button", name="Talk to a person"))
    open_task(desk, server, patient, "Asks for a person")
    desk.get_by_role("button", name="Claim", exact=True).first.click()
    desk.get_by_label("Reply to").fill("Good morning, how can I help?")
    desk.keyboard.press("Enter")
    expect(chat.page.locator("portico-chat .by-staff .bubble").last).to_have_text(
        "Good morning, how can I help?"
    )
    expect(chat.page.locator("portico-chat .banner")).to_contain_text(member["name"])
    expect(desk.locator(".control")).to_contain_text("You are answering")
    desk.get_by_role("button", name="Hand back to the assistant").click()
    expect(chat.page.locator("portico-chat .banner")).to_contain_text("not a person")
    complete(desk)


def complete(desk: Page) -> None:
    desk.get_by_role("button", name="Complete", exact=True).first.click()
    desk.get_by_role("button", name="Complete the task").click()
    expect(desk.get_by_text("Please write what was done.")).to_be_visible()
    desk.get_by_label("Note for the record").fill("Answered in the chat.")
    desk.get_by_role("button", name="Complete the task").click()
    expect(desk.locator(".notice")).to_have_text("Task completed. Dismiss")


def test_staff_read_why_a_reply_was_given(
    server: Server, open_chat: OpenChat, open_desk: OpenDesk
) -> None:
    patient = patients(server)[1]
    chat = open_chat(patient)
    chat.say("What are your opening hours?")
    chat.press(chat.page.get_by_role("button", name="Talk to a person"))
    desk = open_desk("front_desk")
    open_task(desk, server, patient, "Asks for a person")
    why = desk.locator(".why", has_text="Practice information").first
    why.locator("summary").click()
    expect(why).to_contain_text("Confidence")
    expect(why.locator("ol li").first).to_contain_text("score")
    assert axe_violations(desk) == []


def set_mode(server: Server, route: str, mode: str) -> None:
    with httpx.Client(base_url=server.url) as client:
        given = {"staff_id": staff_with("manager")["id"], "password": PASSWORD}
        csrf = client.post("/v1/staff/login", json=given).raise_for_status().json()["csrf"]
        client.put(
            "/v1/staff/policy", json={"automation": {route: mode}}, headers={"X-CSRF-Token": csrf}
        ).raise_for_status()


def test_a_draft_waits_for_a_person_and_is_decided_once(
    server: Server, open_chat: OpenChat, open_desk: OpenDesk
) -> None:
    patient = patients(server)[2]
    set_mode(server, "faq", "draft")
    try:
        chat = open_chat(patient)
        chat.say("What are your opening hours?")
        desk = open_desk("front_desk")
        desk.get_by_role("link", name="Drafts").click()
        draft = desk.locator("article.draft", has_text=name_of(server, patient))
        draft.wait_for()
        assert axe_violations(desk) == []
        draft.get_by_role("button", name="Edit").click()
        draft.get_by_label("Proposed reply").fill("We are open today until six.")
        draft.get_by_role("button", name="Send the edited reply").click()
        expect(chat.replies.last.locator(".bubble")).to_have_text("We are open today until six.")
        expect(draft).to_have_count(0)
    finally:
        set_mode(server, "faq", "auto")


def test_a_wrong_password_is_refused_in_words(open_page: OpenPage, watched: Watched) -> None:
    watched.expected += ("401 (Unauthorized)",)
    page = open_page("/staff", PHONE, locale="en-US")
    assert axe_violations(page) == []
    page.get_by_label("Staff ID").fill(staff_with("front_desk")["id"])
    page.get_by_label("Password").fill("not it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("is not right")


def test_the_desk_works_on_a_phone_and_speaks_spanish(
    server: Server, open_chat: OpenChat, open_desk: OpenDesk
) -> None:
    patient = patients(server)[3]
    chat = open_chat(patient)
    chat.press(chat.page.get_by_role("button", name="Talk to a person"))
    desk = open_desk("front_desk", PHONE)
    desk.get_by_role("button", name="Español").click()
    open_task(desk, server, patient, "Pide una persona")
    expect(desk.get_by_role("button", name="Tomar", exact=True).first).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    desk.get_by_role("link", name="Volver a la lista").click()
    expect(desk.locator(".pane-conversation")).to_be_hidden()
