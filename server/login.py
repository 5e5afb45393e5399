"""Staff login by password: the same answer and the same work for a wrong password and a stranger.

In the demo every staff member has one password. Whoever fails too often waits, counted by address
and name together and by address alone, so that nobody can lock a colleague out from elsewhere.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable

from pwdlib import PasswordHash

from agent.domain.ids import StaffId
from agent.policy import Practice, StaffMember
from server.limits import TokenBucket

TRIES_FOR_ONE_NAME = (5, 1 / 60)
TRIES_FROM_ONE_ADDRESS = (30, 1 / 10)
"""How many failures at once, and how many more a second."""
REMEMBERED = 10_000


class TooManyTries(Exception):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class Login:
    def __init__(
        self, practice: Callable[[], Practice], password: str | None, clock: Callable[[], float]
    ) -> None:
        """`password`: what every member has in the demo; None: nobody can log in this way."""
        self._practice = practice
        self._hasher = PasswordHash.recommended()
        self._open = password is not None
        self._hash = self._hasher.hash(password or secrets.token_urlsafe())
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, ...], TokenBucket] = OrderedDict()

    async def check(self, staff_id: str, password: str, address: str) -> StaffMember | None:
        """The member that this password opens, or None. Raises `TooManyTries`."""
        # Taken before the check, given back after a success: tries at the same time count too.
        taken = [
            self._take((address, staff_id), *TRIES_FOR_ONE_NAME),
            self._take((address,), *TRIES_FROM_ONE_ADDRESS),
        ]
        right = await asyncio.to_thread(self._hasher.verify, password, self._hash)
        member = self._practice().member(StaffId(staff_id))
        if not (right and self._open and member is not None):
            return None
        for bucket in taken:
            bucket.give_back()
        return member

    def _take(self, key: tuple[str, ...], capacity: float, per_second: float) -> TokenBucket:
        now = self._clock()
        bucket = self._buckets.setdefault(key, TokenBucket(capacity, per_second, now))
        self._buckets.move_to_end(key)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        wait = bucket.take(now)
        if wait:
            raise TooManyTries(wait)
        return bucket
