"""Talk HTTP to the vendors: one client, one class a paging scheme, one class a way to log in."""

from kindred.api.auth import ClientCredentials, NoAuth
from kindred.api.calls import Answer, Call, Request, Response, Transport
from kindred.api.client import Client
from kindred.api.endpoint import Endpoint, Patience
from kindred.api.pages import LinkHeader, NextUrl, PageNumber, records_of, walk

__all__ = [
    "Answer",
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
