"""Genesys Cloud: conversations with their surveys inside, and transcripts."""

from sandbox.render import Renderer
from sandbox.render.genesys.records import render
from sandbox.render.genesys.replay import read

RENDERER = Renderer(("conversations", "transcripts"), render, read)
