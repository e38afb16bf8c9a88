"""What a registry says of its limits: when to come back, and how much of a quota is left."""

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_DAY = 86_400
_LOW = 0.1
_number = re.compile(r"[0-9]+(?:\.[0-9]+)?").fullmatch
_quota = re.compile(r"([0-9]{1,12})(?:;w=([0-9]{1,9}))?").match


class Limits(NamedTuple):
    """What the headers of an answer say.

    `wait` is how many seconds to stay away, None where nothing (or nonsense) is said. `reason` is `pull-limit` when a
    quota is used up and `throttled` when requests came too fast. The rest describes the quota.
    """

    wait: int | None = None
    reason: str | None = None
    limit: int | None = None
    remaining: int | None = None
    window: int | None = None
    reset_in: int | None = None

    @property
    def low(self) -> bool:
        """Whether so little of the quota is left that only what somebody waits for should be asked."""
        return self.remaining is not None and self.limit is not None and self.remaining < self.limit * _LOW


def read(status: int, headers: Mapping[str, str], now: float | None = None) -> Limits:
    """What an answer says of limits. Takes its headers with lower-case names."""
    at = time.time() if now is None else now
    limit, window = _pair(headers.get("ratelimit-limit") or headers.get("x-ratelimit-limit"))
    remaining, _ = _pair(headers.get("ratelimit-remaining") or headers.get("x-ratelimit-remaining"))
    reset, _ = _pair(headers.get("x-ratelimit-reset"))
    throttled = status == 429 or (status == 400 and "throttl" in headers.get("x-amzn-errortype", "").lower())
    reason = ("pull-limit" if remaining == 0 else "throttled") if throttled else None
    wait = retry_after(headers.get("retry-after"), at) if throttled or status == 503 else None
    reset_in = None if reset is None or not at < reset <= at + _DAY else math.ceil(reset - at)
    return Limits(wait, reason, limit, remaining, window, reset_in)


def retry_after(value: str | None, now: float) -> int | None:
    """The seconds that a `Retry-After` header asks for, at most a day; None for none, nonsense, or the past."""
    if value is None:
        return None
    value = value.strip()
    if _number(value):
        seconds = float(value[:32])
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(math.ceil(seconds), _DAY) if seconds > 0 else None


def _pair(value: str | None) -> tuple[int | None, int | None]:
    match = _quota(value.strip()) if value else None
    if match is None:
        return None, None
    return int(match[1]), int(match[2]) if match[2] else None
