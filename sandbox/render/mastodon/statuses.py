"""Write simulated posts as Mastodon's statuses."""

from __future__ import annotations

import html
from typing import Any

import msgspec

from sandbox.record_store import FOREVER, RecordStoreBuilder
from sandbox.render import Rendering, TrueIdentity
from sandbox.simulation.context import GenerationContext
from sandbox.simulation.identities import HOSTS, Identities
from sandbox.simulation.posts import Post, PostVersion, posts
from sandbox.times import iso

_SEQUENCE_BITS = 16  # of a snowflake, after the milliseconds

_encode = msgspec.json.Encoder().encode


def render(context: GenerationContext, identities: Identities) -> Rendering:
    """Write all statuses; an account whose owner is a customer is known to the truth."""
    builder, last = RecordStoreBuilder(), 0
    for post in posts(context, identities):
        created = post.versions[0].since
        last = max(last + 1, created << _SEQUENCE_BITS)  # ascending with time, and unique
        versions = []
        for version in post.versions:
            status = _status(str(last), post, version)
            versions.append((version.since, created, _encode(status)))
        builder.add(str(last), versions, FOREVER if post.deleted is None else post.deleted)
    owners = [
        TrueIdentity("account", handle, customer)
        for customer, handle in enumerate(identities.handles)
        if handle is not None
    ]
    return Rendering({"statuses": builder.build()}, owners)


def _status(status_id: str, post: Post, version: PostVersion) -> dict[str, Any]:
    """Write a status entity; an account of the server itself has no host in its `acct`."""
    user, host = post.account.split("@")
    home, created = f"https://{host}/@{user}", post.versions[0].since
    return {
        "id": status_id,
        "created_at": _date_time(created),
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en" if int(status_id) % 11 else None,
        "uri": f"https://{host}/users/{user}/statuses/{status_id}",
        "url": f"{home}/{status_id}",
        "replies_count": post.replies,
        "reblogs_count": post.shares,
        "favourites_count": post.likes * 2,
        "edited_at": None if version.since == created else _date_time(version.since),
        "content": _content(version),
        "reblog": None,
        "account": {
            "id": str(sum(map(ord, post.account)) * 100_003),
            "username": user,
            "acct": user if host == HOSTS[0] else post.account,
            "display_name": user.replace("_", " ").title(),
            "bot": False,
            "url": home,
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag, "url": _tag_address(tag)} for tag in version.hashtags],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _content(version: PostVersion) -> str:
    """Write a post as HTML, its hashtags as links."""
    words = html.escape(version.text, quote=False).replace("'", "&#39;")
    words = words.replace("\n\n", "</p><p>").replace("\n", "<br />")
    tags = [
        f'<a href="{_tag_address(tag)}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        for tag in version.hashtags
    ]
    return f"<p>{words} {' '.join(tags)}</p>"


def _tag_address(tag: str) -> str:
    return f"https://{HOSTS[0]}/tags/{tag}"


def _date_time(moment: int) -> str:
    return f"{iso(moment)}Z"
