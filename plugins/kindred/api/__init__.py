"""Talk HTTP to the vendors: one client, one class a paging scheme, one class a way to log in."""

from kindred.api.auth import ClientCredentials, NoAuth
from kindred.api.client import Client
from kindred.api.endpoint import Bounds, Endpoint, RetryPolicy
from kindred.api.messages import ApiCall, ApiResponse, HttpRequest, HttpResponse, Transport
from kindred.api.pagination import walk
from kindred.api.paginators import LinkHeader, NextUrl, PageNumber, records_of

__all__ = [
    "ApiCall",
    "ApiResponse",
    "Bounds",
    "Client",
    "ClientCredentials",
    "Endpoint",
    "HttpRequest",
    "HttpResponse",
    "LinkHeader",
    "NextUrl",
    "NoAuth",
    "PageNumber",
    "RetryPolicy",
    "Transport",
    "records_of",
    "walk",
]
