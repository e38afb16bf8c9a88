"""A quota as Docker Hub has it: reading a manifest costs one, asking for its digest nothing."""

from moorage.embedded.http import Request, Response, error


class Quota:
    """`limit` manifests in `window` seconds; `used` says how many were read. It is never filled up again.

    With `retry_after`, that header comes with a refusal.
    """

    def __init__(self, limit: int, window: int = 21_600, retry_after: str = "") -> None:
        self.limit = limit
        self.used = 0
        self._window = window
        self._retry_after = retry_after

    def refusal(self, request: Request) -> Response | None:
        """The answer with 429 where nothing is left for a request, which otherwise is counted."""
        if request.method != "GET" or "/manifests/" not in request.path:
            return None
        if self.used < self.limit:
            self.used += 1
            return None
        refused = error(429, "TOOMANYREQUESTS", "you have reached your pull rate limit")
        again = (("Retry-After", self._retry_after),) if self._retry_after else ()
        return refused._replace(headers=(*refused.headers, *again))

    def headers(self, request: Request) -> tuple[tuple[str, str], ...]:
        """What an answer says of the quota."""
        if "/manifests/" not in request.path:
            return ()
        left = self.limit - self.used
        return (
            ("RateLimit-Limit", f"{self.limit};w={self._window}"),
            ("RateLimit-Remaining", f"{left};w={self._window}"),
        )
