"""A client of Airflow's REST API, limited to what the command line needs.

The standard library's HTTP suffices for a few small responses from the same machine, and it adds no
import time to the command line.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from kindred.errors import KindredError

# All addresses are loopback, so a proxy set in the environment must not be used.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AirflowRefusal(KindredError):
    """A local server answered with an error status."""

    def __init__(self, status: int, method: str, path: str, detail: str) -> None:
        super().__init__(f"{method} {path}: HTTP {status} {detail}".rstrip())
        self.status = status


class AirflowUnreachable(KindredError):
    """A local server did not answer."""


def call(
    method: str,
    url: str,
    body: dict[str, Any] | None = None,
    token: str | None = None,
    seconds: float = 30,
) -> Any:
    """Send JSON and return the response's JSON, or None if the response is empty.

    Raises:
        AirflowRefusal: The status is 4xx or 5xx.
        AirflowUnreachable: The response is missing, incomplete or not JSON.
    """
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  (http, ours)
    path = "/" + url.split("/", 3)[-1]
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            content = answer.read()
        return json.loads(content) if content else None
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise AirflowRefusal(refusal.code, method, path, _detail(refusal)) from None
    except (OSError, ValueError, HTTPException) as silence:
        raise AirflowUnreachable(f"{method} {path}: {type(silence).__name__}") from None


class Airflow:
    """Airflow's REST API at `base`, logged in as `user`."""

    def __init__(self, base: str, user: str, password: str) -> None:
        self.base = base
        self._login = {"username": user, "password": password}
        self._token: str | None = None

    def is_alive(self) -> bool:
        """Return whether the API answers; needs no login."""
        try:
            call("GET", f"{self.base}/api/v2/version", seconds=10)
        except (AirflowRefusal, AirflowUnreachable):
            return False
        return True

    def warm(self) -> None:
        """Make Airflow load the API for tasks, which takes seconds, before the first task."""
        call("GET", f"{self.base}/execution/health", seconds=60)

    def health(self) -> dict[str, str]:
        """Return the state of each component: healthy, unhealthy, or unknown."""
        report = call("GET", f"{self.base}/api/v2/monitor/health")
        return {name: (entry or {}).get("status") or "unknown" for name, entry in report.items()}

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path)

    def find(self, path: str, **query: Any) -> Any | None:
        """Return what `get` returns, or None if the status is 404."""
        try:
            return self.get(path, **query)
        except AirflowRefusal as refusal:
            if refusal.status != 404:
                raise
            return None

    def post(self, path: str, body: dict[str, Any], seconds: float = 30) -> Any:
        return self._call("POST", path, body, seconds)

    def put(self, path: str) -> Any:
        return self._call("PUT", path)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, seconds: float = 30
    ) -> Any:
        url = f"{self.base}/api/v2{path}"
        if self._token is not None:
            try:
                return call(method, url, body, self._token, seconds)
            except AirflowRefusal as refusal:
                if refusal.status != 401:
                    raise  # a 401 means that the token has expired: log in again
        self._token = call("POST", f"{self.base}/auth/token", self._login)["access_token"]
        return call(method, url, body, self._token, seconds)


def _detail(refusal: urllib.error.HTTPError) -> str:
    """Return the `detail` of an error response, if it is a plain sentence, else an empty text."""
    try:
        detail = json.loads(refusal.read()).get("detail")
    except (OSError, ValueError, AttributeError):
        return ""
    return detail if isinstance(detail, str) else ""
