"""Salesforce: contacts, orders, survey responses, touchpoint ratings and referrals (leads)."""

from sandbox.render import Renderer
from sandbox.render.salesforce.objects import OBJECTS
from sandbox.render.salesforce.records import render
from sandbox.render.salesforce.replay import mark_withheld, read

RENDERER = Renderer(tuple(OBJECTS), render, read, complete=mark_withheld)
