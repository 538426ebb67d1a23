"""Talk HTTP to the vendors: one client, one class a paging scheme, one class a way to log in."""

from kindred.api.auth import Auth, ClientCredentials, NoAuth
from kindred.api.client import Client
from kindred.api.endpoint import Bounds, Endpoint, RetryPolicy
from kindred.api.messages import ApiCall, ApiResponse, HttpRequest, HttpResponse, Transport
from kindred.api.pagination import walk
from kindred.api.paginators import LinkHeader, NextUrl, PageNumber, records_of
from kindred.api.vendor_errors import CHECK_CLIENT, VendorErrors

__all__ = [
    "CHECK_CLIENT",
    "ApiCall",
    "ApiResponse",
    "Auth",
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
    "VendorErrors",
    "records_of",
    "walk",
]
