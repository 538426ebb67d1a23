"""Mastodon: statuses under the brand's hashtags."""

from sandbox.render import Renderer
from sandbox.render.mastodon.replay import hashtags, read
from sandbox.render.mastodon.statuses import render

RENDERER = Renderer(("statuses",), render, read, hashtags=hashtags)
