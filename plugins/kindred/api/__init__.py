"""Talk HTTP to the vendors: one client, one class a paging scheme, one class a way to log in."""

from kindred.api.auth import ClientCredentials, NoAuth
from kindred.api.calls import Answer, Call, Request, Response, Transport
from kindred.api.client import Client
from kindred.api.endpoint import Bounds, Endpoint, Patience
from kindred.api.pages import LinkHeader, NextUrl, PageNumber, records_of
from kindred.api.walking import walk

__all__ = [
    "Answer",
    "Bounds",
    "Call",
    "Client",
    "ClientCredentials",
    "Endpoint",
    "LinkHeader",
    "NextUrl",
    "NoAuth",
    "PageNumber",
    "Patience",
    "Request",
    "Response",
    "Transport",
    "records_of",
    "walk",
]
