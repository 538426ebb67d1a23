"""Airflow's REST API, as much of it as one night needs.

The standard library's HTTP is enough for a handful of small answers from our own machine, and
it costs the command line no import.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from kindred.errors import KindredError

# Ours are loopback addresses: a proxy of the environment must not be asked for them.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AirflowRefusal(KindredError):
    """A server of ours answered with an error status."""

    def __init__(self, status: int, method: str, path: str, detail: str) -> None:
        super().__init__(f"{method} {path}: HTTP {status} {detail}".rstrip())
        self.status = status


class AirflowUnreachable(KindredError):
    """A server of ours did not answer."""


def call(
    method: str,
    url: str,
    body: dict[str, Any] | None = None,
    token: str | None = None,
    seconds: float = 30,
) -> Any:
    """Send JSON, return the answer's JSON (None for an empty answer).

    Raises:
        AirflowRefusal: the status is 4xx or 5xx.
        AirflowUnreachable: no answer, half of one, or one that is not JSON.
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
        """Let Airflow make the API that tasks speak to, seconds of work, before the first task."""
        call("GET", f"{self.base}/execution/health", seconds=60)

    def health(self) -> dict[str, str]:
        """Return the state of each component: healthy, unhealthy, or unknown."""
        report = call("GET", f"{self.base}/api/v2/monitor/health")
        return {name: (entry or {}).get("status") or "unknown" for name, entry in report.items()}

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path)

    def find(self, path: str, **query: Any) -> Any | None:
        """Return what `get` does, but None where there is no such thing."""
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
                    raise  # else it ran out: the next login gives another
        self._token = call("POST", f"{self.base}/auth/token", self._login)["access_token"]
        return call(method, url, body, self._token, seconds)


def _detail(refusal: urllib.error.HTTPError) -> str:
    """Return the `detail` of an error answer, where it is a plain sentence."""
    try:
        detail = json.loads(refusal.read()).get("detail")
    except (OSError, ValueError, AttributeError):
        return ""
    return detail if isinstance(detail, str) else ""
