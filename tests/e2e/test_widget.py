"""A patient in a browser: asks, moves a visit by buttons, asks for a person, comes back."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import PHONE, WITHIN_MS, OpenChat, OpenPage, Server, Watched, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.e2e, pytest.mark.slow]

MOST_PRESSES = 6


def patient_where(server: Server, holds: str) -> str:
    """A sample patient who has what `holds` says."""
    records = server.records()
    consenting: list[str] = [
        patient["id"]
        for patient in records["patients"]
        if patient.get("consents", {}).get("ai_chat") and patient.get("language") == "en"
    ]
    if holds == "a visit":
        return next(patient for patient in consenting if len(server.booked(patient)) == 1)
    owing = {a["patient_id"] for a in records["accounts"] if a["balance_cents"] > 0}
    return next(patient for patient in consenting if patient in owing)


def test_a_question_is_answered_with_its_source(server: Server, open_chat: OpenChat) -> None:
    chat = open_chat(patient_where(server, "a visit"))
    reply = chat.say("What are your opening hours?")
    expect(reply.locator(".bubble")).to_contain_text("8:00 am", ignore_case=True)
    expect(reply.locator(".citations summary")).to_contain_text("Source")


def test_a_visit_is_moved_by_buttons(server: Server, open_chat: OpenChat) -> None:
    patient = patient_where(server, "a visit")
    before = server.booked(patient)
    chat = open_chat(patient, PHONE)
    chat.say("I need to move my appointment")
    for _ in range(MOST_PRESSES):
        button = chat.replies.last.locator(".option:enabled").first
        if button.count() == 0:
            break
        chat.press(button)
    after = server.booked(patient)
    assert len(after) == len(before)
    assert {visit["start"] for visit in after} != {visit["start"] for visit in before}


def test_the_balance_is_told(server: Server, open_chat: OpenChat) -> None:
    patient = patient_where(server, "a balance")
    cents = next(
        account["balance_cents"]
        for account in server.records()["accounts"]
        if account["patient_id"] == patient
    )
    reply = open_chat(patient).say("How much do I owe?")
    expect(reply.locator(".bubble")).to_contain_text(f"${cents / 100:,.2f}")


def test_a_person_is_one_press_away(server: Server, open_chat: OpenChat) -> None:
    chat = open_chat(patient_where(server, "a visit"))
    chat.page.locator("portico-chat").get_by_role("button", name="Talk to a person").click()
    expect(chat.replies.last.locator(".bubble")).to_contain_text("a person will answer you here")


def test_it_says_throughout_that_it_is_no_person_and_keeps_text_text(
    server: Server, open_chat: OpenChat
) -> None:
    chat = open_chat(patient_where(server, "a visit"))
    expect(chat.page.locator("portico-chat .banner")).to_contain_text("not a person")
    chat.say("<img src=x onerror=alert(1)> what are your hours?")
    expect(chat.page.locator("portico-chat .by-patient .bubble").last).to_contain_text("<img src=x")
    assert chat.page.locator("portico-chat img").count() == 0


def test_another_tab_shows_the_same_conversation(server: Server, open_chat: OpenChat) -> None:
    patient = patient_where(server, "a balance")
    first, second = open_chat(patient), open_chat(patient)
    first.say("What are your opening hours?")
    expect(second.rows).to_have_count(first.rows.count())
    expect(second.page.locator("portico-chat .by-patient .bubble").last).to_contain_text(
        "opening hours"
    )


def test_no_message_is_lost_when_the_server_dies(
    server: Server, open_chat: OpenChat, watched: Watched
) -> None:
    watched.expected += ("WebSocket connection", "ERR_CONNECTION_REFUSED")
    chat = open_chat(patient_where(server, "a visit"))
    chat.say("What are your opening hours?")
    known = chat.rows.count()
    server.kill()
    expect(chat.page.locator("portico-chat .trouble")).to_contain_text("connection was lost")
    chat.page.locator("portico-chat textarea").fill("Do you take walk-ins?")
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator("portico-chat .is-waiting .delivery")).to_have_text("Waiting to send")
    server.start()
    expect(chat.page.locator("portico-chat .trouble")).to_be_empty(timeout=2 * WITHIN_MS)
    expect(chat.page.locator("portico-chat .is-waiting")).to_have_count(0)
    chat.replies.nth(known // 2).wait_for()
    words = chat.page.locator("portico-chat .by-patient .bubble").all_inner_texts()
    assert words.count("Do you take walk-ins?") == 1


def test_keyboard_opens_writes_and_closes(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"/demo?patient={patient_where(server, 'a visit')}")
    page.locator("portico-chat .launcher").focus()
    page.keyboard.press("Enter")
    expect(page.locator("portico-chat textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("portico-chat .launcher")).to_be_focused()
    expect(page.locator("portico-chat .panel")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_portal_and_the_chat_have_no_accessibility_fault(
    server: Server, open_chat: OpenChat, scheme: str
) -> None:
    chat = open_chat(patient_where(server, "a balance"), PHONE, color_scheme=scheme)
    chat.say("What are your opening hours?")
    chat.say("I need to move my appointment")
    assert axe_violations(chat.page) == []
    chat.page.keyboard.press("Escape")
    assert axe_violations(chat.page) == []


def test_it_fits_a_very_small_screen(server: Server, open_chat: OpenChat) -> None:
    chat = open_chat(patient_where(server, "a balance"), {"width": 320, "height": 568})
    chat.say("What are your opening hours?")
    assert overflow(chat.page, "document.documentElement") <= 0
    log = "document.querySelector('portico-chat').shadowRoot.querySelector('.log')"
    assert overflow(chat.page, log) <= 0


def overflow(page: Page, element: str) -> int:
    """Pixels that would have to be scrolled sideways."""
    found: int = page.evaluate(f"{element}.scrollWidth - {element}.clientWidth")
    return found
