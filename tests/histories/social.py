"""What happens at Mastodon: posts that are edited, liked without a stamp, and deleted."""

from __future__ import annotations

from datetime import timedelta

from sandbox.times import milliseconds
from tests.histories import wire
from tests.histories.keeping import MINUTE, Keeping, account_of


class Social(Keeping):
    """Posts under the hashtag."""

    def post(self, name: str, *, by: str, words: str = "Lovely shop") -> None:
        """Post a status under the hashtag."""
        fields = {
            "status_id": str(milliseconds(self.now) << 16),
            "account": account_of(by),
            "created_at": self.now,
            "edited_at": None,
            "content": f"<p>{words}</p>",
            "language": "en",
            "hashtags": [wire.HASHTAG],
            "reblogs": 0,
            "favourites": 0,
            "replies": 0,
        }
        self._show("statuses", name, self.now, fields)

    def edit_post(self, name: str, *, words: str, ahead: float = 0) -> None:
        """Edit a status: it says when; `ahead` hours: by a clock that is fast."""
        edited = self.now + timedelta(hours=ahead)
        changes = {"edited_at": edited, "content": f"<p>{words}</p>"}
        self._again(self.records[name], changes)

    def like(self, name: str) -> None:
        """Count one more favourite: it has no stamp."""
        record = self.records[name]
        self._again(record, {"favourites": record.now["favourites"] + 1})

    def delete_post(self, name: str) -> None:
        """Delete a status: from now on it is not found."""
        self.records[name].gone = self.now
        self.now += MINUTE
