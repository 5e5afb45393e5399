"""The demo password opens for known staff, and trying costs time."""

from zoneinfo import ZoneInfo

import pytest

from agent.domain.ids import StaffId
from agent.domain.terms import Role
from agent.policy import Practice, StaffMember
from server.login import Login, TooManyTries

ANA = StaffMember(StaffId("ST-ANA"), "Ana Ruiz", frozenset({Role.FRONT_DESK}))
PRACTICE = Practice(
    id="elm",
    name="Elm",
    timezone=ZoneInfo("UTC"),
    languages=("en",),
    phone="+13035550100",
    staff=(ANA,),
)
PASSWORD = "correct horse"
HERE = "127.0.0.1"


class Steady:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Steady:
    return Steady()


@pytest.fixture
def login(clock: Steady) -> Login:
    return Login(lambda: PRACTICE, PASSWORD, clock)


async def test_the_password_opens_for_a_member(login: Login) -> None:
    assert await login.check("ST-ANA", PASSWORD, HERE) == ANA


@pytest.mark.parametrize(
    ("name", "password"), [("ST-ANA", "wrong"), ("ST-NOBODY", PASSWORD), ("", "")]
)
async def test_nothing_else_opens(login: Login, name: str, password: str) -> None:
    assert await login.check(name, password, HERE) is None


async def test_without_a_password_nobody_gets_in(clock: Steady) -> None:
    login = Login(lambda: PRACTICE, None, clock)
    assert await login.check("ST-ANA", "", HERE) is None


async def test_five_failures_make_one_wait_here_but_not_a_colleague_elsewhere(
    login: Login, clock: Steady
) -> None:
    for _ in range(5):
        await login.check("ST-ANA", "wrong", HERE)
    with pytest.raises(TooManyTries) as refused:
        await login.check("ST-ANA", PASSWORD, HERE)
    assert refused.value.retry_after == 60
    assert await login.check("ST-ANA", PASSWORD, "10.0.0.7") == ANA
    clock.now += 60
    assert await login.check("ST-ANA", PASSWORD, HERE) == ANA


async def test_logging_in_often_is_no_failure(login: Login) -> None:
    for _ in range(8):
        assert await login.check("ST-ANA", PASSWORD, HERE) == ANA
