"""A staff cookie opens until it expires or is logged out, on a restarted server too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from agent.domain.ids import StaffId
from server.staff_sessions import StaffSessions

KEY = "s" * 32
ANA = StaffId("ST-ANA")


@pytest.fixture
def sessions(tmp_path: Path) -> StaffSessions:
    return StaffSessions(KEY, tmp_path)


def test_a_cookie_opens_its_session(sessions: StaffSessions) -> None:
    session, cookie = sessions.begin(ANA)
    read = sessions.read(cookie)
    assert read is not None
    assert (read.id, read.staff_id) == (session.id, ANA)


def test_a_restart_forgets_neither_who_is_in_nor_who_left(
    sessions: StaffSessions, tmp_path: Path
) -> None:
    _, stays = sessions.begin(ANA)
    leaving, left = sessions.begin(ANA)
    sessions.end(leaving)
    assert sessions.read(left) is None
    again = StaffSessions(KEY, tmp_path)
    assert again.read(stays) is not None
    assert again.read(left) is None
    assert not again.is_open(leaving)


@pytest.mark.parametrize("cookie", [None, "", "nonsense"])
def test_no_cookie_no_session(sessions: StaffSessions, cookie: str | None) -> None:
    assert sessions.read(cookie) is None


def test_forged_foreign_and_old_cookies_open_nothing(sessions: StaffSessions) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": "ST-ANA", "jti": "x", "aud": "portico-staff", "exp": later}
    for wrong, key in (
        ({}, "x" * 32),
        ({"aud": "portico"}, KEY),
        ({"exp": datetime.now(UTC) - timedelta(seconds=1)}, KEY),
    ):
        assert sessions.read(jwt.encode(claims | wrong, key, algorithm="HS256")) is None


def test_a_csrf_token_belongs_to_one_session(sessions: StaffSessions) -> None:
    mine, _ = sessions.begin(ANA)
    other, _ = sessions.begin(ANA)
    assert sessions.csrf_holds(mine, sessions.csrf_token(mine))
    assert not sessions.csrf_holds(mine, sessions.csrf_token(other))
    assert not sessions.csrf_holds(mine, None)
    assert not sessions.csrf_holds(mine, "é")
