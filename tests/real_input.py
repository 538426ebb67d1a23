"""A replay folder out of data that nobody here wrote: real customers, real sentences.

IBM's Telco customers become Salesforce contacts with a monthly order for every month of their
tenure, and the churned ones a contract end in the last month, which is what "churn" means in that
file.  GoEmotions' Reddit comments become what callers say in Genesys transcripts and what
strangers post on Mastodon.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("KINDRED_TEST_DATA", ROOT.parent / "shared" / "data"))

LAST_MONTH = date(2026, 10, 1)
HISTORY_START = date(2020, 10, 1)  # before the longest tenure, 72 months
PHRASES_A_CALL = 8
HASHTAG = "telco"


@dataclass(frozen=True)
class RealInput:
    """What went into the folder, to compare with what comes out."""

    folder: Path
    customers: int
    churned: int
    orders: int
    revenue: float
    texts: list[str]


def is_available() -> bool:
    """Tell whether the data are there; they are not part of the repository."""
    return (DATA / "telco").is_dir() and (DATA / "goemotions").is_dir()


def write_replay(folder: Path) -> RealInput:
    """Write the JSON lines of every vendor object into `folder`."""
    folder.mkdir(parents=True)
    with (DATA / "telco" / "Telco-Customer-Churn.csv").open(newline="") as file:
        customers = list(csv.DictReader(file))
    with (DATA / "goemotions" / "original_dev.tsv").open(newline="") as file:
        comments = [row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    half = len(comments) // 2
    calls = list(_calls(customers, comments[:half]))
    orders = [order for customer in customers for order in _orders(customer)]
    _write(folder / "contacts.jsonl", map(_contact, customers, range(len(customers))))
    _write(folder / "orders.jsonl", orders)
    _write(folder / "conversations.jsonl", (conversation for conversation, _ in calls))
    _write(folder / "transcripts.jsonl", (transcript for _, transcript in calls))
    _write(folder / "statuses.jsonl", map(_status, comments[half:], range(half, len(comments))))
    return RealInput(
        folder,
        customers=len(customers),
        churned=sum(customer["Churn"] == "Yes" for customer in customers),
        orders=len(orders),
        revenue=sum(order["TotalAmount"] for order in orders),
        texts=comments,
    )


def _write(file: Path, records: Iterable[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)


def _month_before(months: int) -> date:
    index = LAST_MONTH.year * 12 + LAST_MONTH.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _contact(customer: dict[str, str], number: int) -> dict[str, Any]:
    # A customer of no full month yet was there when the last month began.
    since = _month_before(max(int(customer["tenure"]), 1)).replace(day=20)
    ended = LAST_MONTH.replace(day=25) if customer["Churn"] == "Yes" else None
    return {
        "Id": customer["customerID"],
        "Phone": _phone(number),
        "Text_Consent__c": True,
        "Customer_Since__c": since.isoformat(),
        "Contract_Ended_On__c": ended and ended.isoformat(),
        "IsDeleted": False,
        "CreatedDate": f"{since}T09:00:00.000Z",
        "SystemModstamp": f"{ended or since}T09:00:00.000Z",
    }


def _orders(customer: dict[str, str]) -> Iterator[dict[str, Any]]:
    for month in range(int(customer["tenure"])):
        day = _month_before(month).replace(day=10)
        yield {
            "Id": f"{customer['customerID']}-{month}",
            "BillToContactId": customer["customerID"],
            "EffectiveDate": day.isoformat(),
            "TotalAmount": float(customer["MonthlyCharges"]),
            "Status": "Activated",
            "IsDeleted": False,
            "CreatedDate": f"{day}T09:00:00.000Z",
            "SystemModstamp": f"{day}T09:00:00.000Z",
        }


def _phone(number: int) -> str:
    return f"+1555{number:07d}"


def _calls(
    customers: list[dict[str, str]], comments: list[str]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield a conversation and its transcript for every few comments, a customer each."""
    for number, first in enumerate(range(0, len(comments), PHRASES_A_CALL)):
        said = comments[first : first + PHRASES_A_CALL]
        began = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=2 * number)
        conversation, communication = f"conversation-{number}", f"communication-{number}"
        yield (
            {
                "conversationId": conversation,
                "conversationStart": _moment(began),
                "conversationEnd": _moment(began + timedelta(minutes=9)),
                "originatingDirection": "inbound",
                "participants": [
                    {
                        "participantId": f"customer-{number}",
                        "purpose": "customer",
                        "sessions": [
                            {
                                "sessionId": communication,
                                "mediaType": "voice",
                                "ani": f"tel:{_phone(number % len(customers))}",
                                "direction": "inbound",
                            }
                        ],
                    }
                ],
                "surveys": [],
            },
            {
                "conversationId": conversation,
                "communicationId": communication,
                "transcripts": [
                    {
                        "language": "en-us",
                        "phrases": [
                            {
                                "text": text,
                                "startTimeMs": int(began.timestamp() * 1000) + 30_000 * place,
                                "participantPurpose": "external",
                            }
                            for place, text in enumerate(said)
                        ],
                    }
                ],
            },
        )


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _status(text: str, number: int) -> dict[str, Any]:
    posted = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=number)
    snowflake = int(posted.timestamp() * 1000) << 16
    return {
        "id": str(snowflake),
        "created_at": _moment(posted),
        "edited_at": None,
        "content": text,
        "language": "en",
        "visibility": "public",
        "account": {
            "acct": f"stranger{number}",
            "url": f"https://social.example/@stranger{number}",
        },
        "tags": [{"name": HASHTAG}],
        "reblogs_count": 0,
        "favourites_count": 0,
        "replies_count": 0,
    }
