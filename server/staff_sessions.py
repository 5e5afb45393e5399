"""Staff sessions: a signed cookie that expires, its CSRF token, and what logging out leaves behind.

The cookie carries its whole session, so it opens on a restarted server too; a session that was
logged out stands in a small file under the data directory until it would have expired anyway.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from agent.domain.ids import StaffId

COOKIE = "portico_staff"
CSRF_HEADER = "X-CSRF-Token"
LIFETIME = timedelta(hours=8)
AUDIENCE = "portico-staff"
ALGORITHM = "HS256"
ENDED_FILE = "ended-sessions.jsonl"


@dataclass(frozen=True, slots=True)
class StaffSession:
    id: str
    staff_id: StaffId
    expires: datetime


class StaffSessions:
    def __init__(self, key: str, data_dir: Path) -> None:
        self._key = key
        self._path = data_dir / ENDED_FILE
        self._ended = self._load()

    def begin(self, staff_id: StaffId) -> tuple[StaffSession, str]:
        """A new session and the cookie's value for it."""
        session = StaffSession(secrets.token_urlsafe(16), staff_id, datetime.now(UTC) + LIFETIME)
        claims = {
            "sub": session.staff_id,
            "jti": session.id,
            "aud": AUDIENCE,
            "exp": session.expires,
        }
        return session, jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def read(self, cookie: str | None) -> StaffSession | None:
        """The session of a genuine cookie that has neither expired nor been logged out."""
        if not cookie:
            return None
        try:
            claims = jwt.decode(
                cookie,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sub", "jti", "exp", "aud"]},
            )
        except jwt.PyJWTError:
            return None
        if claims["jti"] in self._ended:
            return None
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        return StaffSession(claims["jti"], StaffId(claims["sub"]), expires)

    def end(self, session: StaffSession) -> None:
        self._ended[session.id] = session.expires.timestamp()
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([session.id, session.expires.timestamp()]) + "\n")

    def is_open(self, session: StaffSession) -> bool:
        """Neither logged out nor expired since it was read."""
        return session.id not in self._ended and datetime.now(UTC) < session.expires

    def csrf_token(self, session: StaffSession) -> str:
        text = f"csrf:{session.id}".encode()
        return hmac.new(self._key.encode(), text, hashlib.sha256).hexdigest()

    def csrf_holds(self, session: StaffSession, token: str | None) -> bool:
        expected = self.csrf_token(session).encode()
        return hmac.compare_digest(expected, (token or "").encode("utf-8", "replace"))

    def _load(self) -> dict[str, float]:
        if not self._path.exists():
            return {}
        now = datetime.now(UTC).timestamp()
        lines = self._path.read_text(encoding="utf-8").splitlines()
        ended = dict(json.loads(line) for line in lines if line.endswith("]"))
        return {session_id: expires for session_id, expires in ended.items() if expires > now}
