"""How fast somebody may write: a token bucket on a steady clock."""

import math


class TokenBucket:
    """`capacity` at once, `per_second` on average."""

    def __init__(self, capacity: float, per_second: float, now: float) -> None:
        self._capacity = capacity
        self._per_second = per_second
        self._tokens = capacity
        self._at = now

    def take(self, now: float) -> int:
        """Takes one token and returns 0, or returns the whole seconds until there is one."""
        self._refill(now)
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) / self._per_second))

    def give_back(self) -> None:
        """What was taken last was no misuse after all."""
        self._tokens = min(self._capacity, self._tokens + 1)

    def is_full(self, now: float) -> bool:
        self._refill(now)
        return self._tokens >= self._capacity

    def _refill(self, now: float) -> None:
        gained = max(0.0, now - self._at) * self._per_second
        self._tokens = min(self._capacity, self._tokens + gained)
        self._at = now
