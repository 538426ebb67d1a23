"""A replay folder of what real organisations send: one ordinary shop, and every oddity at once.

Everybody in it is made up. The shapes follow what vendors document and what users of connectors
report in public. `write_replay` returns nothing: what is right is in the test, by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

Record = dict[str, Any]

REGULARS = 60  # customers 1 to 60: an order of 40 each month from June to October, one survey each
ADDRESSES = {
    # number: e-mail, phone, handle, as people write them
    240: ("Kim240@Mail.Example\u00a0", "+15550200240", None),
    241: ("\tkim241@mail.example", "+15550200241", None),
    250: ("kim250@mail.example", "+44 (0)20 7946 0950", None),
    251: ("kim251@mail.example", "+15550200251 ext. 7", None),
    252: ("kim252@mail.example", "\u202a+1 (555) 020-0252\u202c", None),
    270: ("kim270@mail.example", "+15550200270", "https://social.example/@Kim270"),
    271: ("kim271@mail.example", "+15550200271", "@Kim271@social.example"),
}
MIXED_CASE_ID = "003A0000006Vm9rIAC"  # its 15 characters are case-sensitive, the last three say how
PRAISE = "Thank you so much, the new jacket is wonderful and I love it."
COMPLAINT = "I am furious: the parcel is lost and nobody answers me."


def contact_id(number: int) -> str:
    """Return the 18 characters of a contact's id: of digits alone, so their suffix is AAA."""
    return f"003{number:012d}AAA"


def write_replay(folder: Path) -> None:
    """Write the JSON lines of every vendor object into `folder`."""
    folder.mkdir(parents=True)
    _write(folder / "contacts.jsonl", _contacts())
    _write(folder / "orders.jsonl", _orders())
    _write(folder / "survey_responses.jsonl", _responses())
    _write(folder / "conversations.jsonl", _conversations())
    _write(folder / "transcripts.jsonl", _transcripts())
    _write(folder / "statuses.jsonl", _statuses())


def _write(file: Path, records: Iterable[Record]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)


def _contacts() -> list[Record]:
    regulars = [_contact(number) for number in range(1, REGULARS + 1)]
    written = [
        _contact(number, Email=email, Phone=phone, Mastodon_Handle__c=handle)
        for number, (email, phone, handle) in ADDRESSES.items()
    ]
    return [
        *regulars,
        *written,
        _contact(260),
        # A merge: the survivor has no phone, the one merged away has one and refused.
        _contact(300, Phone=None),
        _contact(
            301, MasterRecordId=contact_id(300), IsDeleted=True, Text_Consent__c=False,
            SystemModstamp=_stamp(date(2026, 10, 2)),
        ),
        _contact(310, Customer_Since__c=None),  # a prospect
        _contact(311, Text_Consent__c=None),  # never asked
        _contact(312, Contract_Ended_On__c="9999-12-31"),
        _contact(313, Customer_Since__c="1066-10-14"),  # a typing error
        {**_contact(314), "Id": MIXED_CASE_ID},
        # Two keys that would be one without their NUL.
        {**_contact(315), "Id": f"{contact_id(315)}\0"},
    ]  # fmt: skip


def _contact(number: int, **fields: Any) -> Record:
    return {
        "Id": contact_id(number),
        "MasterRecordId": None,
        "Email": f"kim{number}@mail.example",
        "Email_Verified__c": True,
        "Phone": f"+15550200{number:03d}",
        "Mastodon_Handle__c": None,
        "Text_Consent__c": True,
        "Customer_Since__c": "2025-03-05",
        "Contract_Ended_On__c": None,
        "LeadSource": "web",
        "Acquisition_Cost__c": None,
        "CurrencyIsoCode": "EUR",
        "IsDeleted": False,
        **_stamps(date(2025, 3, 5)),
        **fields,
    }


def _orders() -> list[Record]:
    regular = [
        _order(100 * number + month, contact_id(number), date(2026, month, 10), 40.0)
        for number in range(1, REGULARS + 1)
        for month in range(6, 11)
    ]
    day = date(2026, 10, 5)
    return [
        *regular,
        _order(20001, contact_id(1), day, -12.5),  # a reduction order
        _order(20002, contact_id(2), date(2062, 10, 5), 30.0),  # a typing error
        _order(20003, None, day, 70.0),  # a guest
        _order(20004, contact_id(260), day, 100.0),
        _order(20005, contact_id(260), day, 15000.0, CurrencyIsoCode="JPY"),
        _order(20006, MIXED_CASE_ID[:15], day, 25.0),
        _order(20007, contact_id(3), day, 9_999_999_999.0),
        _order(20008, contact_id(4), day, "60.50"),  # a number as text
    ]


def _order(number: int, contact: str | None, day: date, amount: Any, **fields: Any) -> Record:
    return {
        "Id": f"801{number:012d}AAA",
        "BillToContactId": contact,
        "EffectiveDate": day.isoformat(),
        "TotalAmount": amount,
        "Status": "Activated",
        "Channel__c": "web",
        "Type": None,
        "CurrencyIsoCode": "EUR",
        "IsDeleted": False,
        **_stamps(min(day, date(2026, 10, 20))),
        **fields,
    }


def _responses() -> list[Record]:
    regular = [_response(number, number) for number in range(1, REGULARS + 1)]
    return [
        *regular,
        _response(2001, 8, Submitted_At__c="1970-01-01T00:00:05.000+0000"),
        _response(2002, 9, Submitted_At__c=None, Satisfaction__c=None, Recommend__c=None),
        _response(2003, 10, Satisfaction__c=6),  # off the scale
        _response(2004, 11, Verbatim__c=PRAISE),
        _response(2005, 300, Verbatim__c=PRAISE + " Truly."),  # one of whose records refused
        _response(2006, 311, Verbatim__c=COMPLAINT),  # who was never asked
        _response(2007, 12, Verbatim__c="It broke\0 after a day, what a disappointment."),
    ]


def _response(number: int, contact: int, **fields: Any) -> Record:
    return {
        "Id": f"a0S{number:012d}AAA",
        "Contact__c": contact_id(contact),
        "Survey__c": "relationship",
        "Touchpoint__c": None,
        "Submitted_At__c": _stamp(date(2026, 9, 3)),
        "Satisfaction__c": 4,
        "Recommend__c": "9",  # a picklist
        "Differentiation__c": 5.0,
        "Helps_Belonging__c": 6,
        "Verbatim__c": None,
        "IsDeleted": False,
        **_stamps(date(2026, 9, 3)),
        **fields,
    }


def _conversations() -> list[Record]:
    inbound = {"mediaType": "voice", "direction": "inbound"}
    outbound = {"mediaType": "voice", "direction": "outbound"}
    brand = "tel:+18005550000"
    return [
        _conversation("nbsp", _mail("kim240@mail.example")),
        _conversation("tab", _mail("kim241@mail.example")),
        _conversation("trunk", {**inbound, "ani": "tel:+442079460950", "dnis": brand}),
        _conversation("ext", {**inbound, "ani": "tel:+15550200251", "dnis": brand}),
        _conversation("bidi", {**inbound, "ani": "tel:+15550200252", "dnis": brand}),
        _conversation("merged", {**inbound, "ani": "tel:+15550200301", "dnis": brand}),
        _conversation("called", {**outbound, "ani": brand, "dnis": "tel:+15550200020"}, "outbound"),
        _conversation(
            "callback",
            {"mediaType": "callback", "direction": "inbound", "callbackNumbers": ["+15550200021"]},
        ),
        {
            **_conversation("third", {**inbound, "ani": "tel:+15550200022", "dnis": brand}),
            "participants": [
                _participant(
                    "external", "x", {**outbound, "ani": brand, "dnis": "tel:+15559990000"}
                ),
                _participant("customer", "third", {**inbound, "ani": "tel:+15550200022"}),
            ],
            "surveys": [
                {
                    "surveyId": "survey-third",
                    "surveyStatus": "Finished",
                    "surveyCompletedDate": "2026-10-05T15:30:00.000Z",
                    "oSurveyTotalScore": 80,
                    "surveyPromoterScore": 9.0,
                }
            ],
        },
    ]


def _conversation(name: str, session: Record, direction: str = "inbound") -> Record:
    return {
        "conversationId": f"conv-{name}",
        "conversationStart": "2026-10-05T15:00:00.000Z",
        "conversationEnd": "2026-10-05T15:09:00.000Z",
        "originatingDirection": direction,
        "participants": [_participant("customer", name, session)],
        "surveys": [],
    }


def _participant(purpose: str, name: str, session: Record) -> Record:
    return {"purpose": purpose, "sessions": [{"sessionId": f"session-{name}", **session}]}


def _mail(address: str) -> Record:
    return {"mediaType": "email", "direction": "inbound", "addressFrom": address}


def _transcripts() -> list[Record]:
    return [
        {
            "conversationId": "conv-third",
            "communicationId": "session-third",
            "transcripts": [
                {
                    "language": "en-us",
                    "phrases": [
                        {
                            "text": COMPLAINT,
                            "startTimeMs": 1791212460000,  # 2026-10-05 15:01
                            "participantPurpose": "external",
                        }
                    ],
                }
            ],
        }
    ]


def _statuses() -> list[Record]:
    return [
        _status(0, "Kim270@social.example", reblogs_count=None),
        _status(1, "kim271@social.example"),
        _status(2, "stranger@social.example"),
    ]


def _status(number: int, account: str, **fields: Any) -> Record:
    return {
        "id": str(117408006144000000 + number),
        "created_at": "2026-10-09T00:00:00.000Z",
        "edited_at": None,
        "content": f"<p>{PRAISE} {number}</p>",
        "language": "en",
        "visibility": "public",
        "account": {"acct": account},
        "tags": [{"name": "brand"}],
        "reblogs_count": 0,
        "favourites_count": 0,
        "replies_count": 0,
        **fields,
    }


def _stamps(day: date) -> Record:
    return {"CreatedDate": _stamp(day), "SystemModstamp": _stamp(day)}


def _stamp(day: date) -> str:
    return f"{day}T09:00:00.000+0000"
