"""How each vendor writes a record: its own names, nesting and times.

Written from the vendors' documentation and not from `kindred.sources`: a field that the pipeline
maps wrongly shows as a difference.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kindred.loads import Load
from tests.histories.versions import Version

Document = dict[str, Any]
HASHTAG = "harborandlane"
HOST = "social.example"

SOBJECTS = {
    "contacts": "Contact",
    "orders": "Order",
    "survey_responses": "Survey_Response__c",
    "touchpoint_ratings": "Touchpoint_Rating__c",
    "referrals": "Lead",
}
STORES = {
    *(f"salesforce_{kind}" for kind in SOBJECTS),
    *("genesys_conversations", "genesys_transcripts", "mastodon_statuses"),
}
MOTIVATORS = (
    "helps_stand_out", "helps_confidence_in_future", "helps_well_being", "helps_freedom",
    "helps_thrill", "helps_belonging", "helps_protect_environment", "helps_be_who_i_want",
    "helps_security", "helps_success_in_life",
)  # fmt: skip
_STANDARD = {
    "is_deleted": "IsDeleted",
    "created_at": "CreatedDate",
    "modified_at": "SystemModstamp",
}


def _custom(*columns: str) -> dict[str, str]:
    return {name: "_".join(part.title() for part in name.split("_")) + "__c" for name in columns}


NAMES = {
    "contacts": {
        "contact_id": "Id",
        "master_contact_id": "MasterRecordId",
        "email": "Email",
        "is_email_verified": "Email_Verified__c",
        "phone": "Phone",
        "has_text_consent": "Text_Consent__c",
        "acquisition_channel": "LeadSource",
        "currency": "CurrencyIsoCode",
        **_custom("mastodon_handle", "customer_since", "contract_ended_on", "acquisition_cost"),
        **_STANDARD,
    },
    "orders": {
        "order_id": "Id",
        "contact_id": "BillToContactId",
        "ordered_on": "EffectiveDate",
        "amount": "TotalAmount",
        "currency": "CurrencyIsoCode",
        "status": "Status",
        "channel": "Channel__c",
        "order_type": "Type",
        **_STANDARD,
    },
    "survey_responses": {
        "response_id": "Id",
        "contact_id": "Contact__c",
        "survey_name": "Survey__c",
        **_custom("touchpoint", "submitted_at", "satisfaction", "effort", "recommend"),
        **_custom("differentiation", *MOTIVATORS, "verbatim"),
        **_STANDARD,
    },
    "touchpoint_ratings": {
        "rating_id": "Id",
        "response_id": "Survey_Response__c",
        "contact_id": "Contact__c",
        **_custom("touchpoint", "rated_at", "rating", "importance"),
        **_STANDARD,
    },
    "referrals": {
        "referral_id": "Id",
        "referrer_contact_id": "Referred_By__c",
        "status": "Status",
        "converted_on": "ConvertedDate",
        **_STANDARD,
    },
}


def encode(kind: str, version: Version) -> bytes:
    """Return a version as its vendor's API answers it."""
    write: Callable[[Document], Document] = {
        "conversations": _conversation,
        "transcripts": _transcript,
        "statuses": _status,
    }.get(kind, lambda fields: _crm(kind, fields))
    return msgspec.json.encode(write(version.fields))


def blank(load: Load) -> bytes:
    """Return a record of a load that has all its fields and no value."""
    return msgspec.json.encode(
        {field.encode_name: None for field in msgspec.structs.fields(load.row)}
    )


def _crm(kind: str, fields: Document) -> Document:
    sobject, identity = SOBJECTS[kind], next(iter(fields.values()))
    link = f"/services/data/v62.0/sobjects/{sobject}/{identity}"
    record = {wire: _salesforce(fields[column]) for column, wire in NAMES[kind].items()}
    return {"attributes": {"type": sobject, "url": link}, **record}


def _salesforce(value: Any) -> Any:
    """Write a value: one number type, instants as `2026-10-31T18:20:05.000+0000`."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}+0000"
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")[:23] + "Z"


def _conversation(fields: Document) -> Document:
    def session(name: str, metrics: dict[str, float], **more: Any) -> Document:
        return {
            "sessionId": f"{fields['conversation_id']}-{name}",
            "mediaType": fields["media_type"],
            "segments": [{"queueId": fields["queue_id"], "segmentType": "interact"}],
            "metrics": [{"name": k, "value": int(v * 1000)} for k, v in metrics.items()],
            **more,
        }

    waited, handled = {"tAcd": fields["wait_seconds"]}, {"tHandle": fields["handle_seconds"]}
    return {
        "conversationId": fields["conversation_id"],
        "conversationStart": _utc(fields["started_at"]),
        "conversationEnd": _utc(fields["ended_at"]),
        "originatingDirection": fields["direction"],
        "participants": [
            {
                "purpose": "customer",
                "sessions": [session("line", waited, ani=f"tel:{fields['customer_phone']}")],
            },
            {"purpose": "agent", "sessions": [session("agent", handled)]},
        ],
        "surveys": [_survey(survey) for survey in fields["surveys"]],
    }


def _survey(survey: Document) -> Document:
    written = {
        "surveyId": survey["survey_id"],
        "surveyFormName": survey["form_name"],
        "surveyStatus": survey["status"],
        "surveyCompletedDate": _utc(survey["completed_at"]),
        "oSurveyTotalScore": survey["total_score"],
        "surveyPromoterScore": survey["promoter_score"],
    }
    return {name: value for name, value in written.items() if value is not None}


def _transcript(fields: Document) -> Document:
    return {
        "conversationId": fields["conversation_id"],
        "communicationId": fields["communication_id"],
        "transcripts": [
            {
                "language": "en-us",
                "phrases": [
                    {
                        "text": phrase["text"],
                        "participantPurpose": phrase["participant"],
                        "startTimeMs": int(phrase["said_at"].timestamp() * 1000),
                    }
                    for phrase in fields["phrases"]
                ],
            }
        ],
    }


def _status(fields: Document) -> Document:
    """Write a status; an account of the server itself has no host in its `acct`."""
    user = fields["account"].removesuffix(f"@{HOST}")
    return {
        "id": fields["status_id"],
        "account": {"acct": user.title()},
        "created_at": _utc(fields["created_at"]),
        "edited_at": _utc(fields["edited_at"]),
        "content": fields["content"],
        "language": fields["language"],
        "tags": [{"name": tag} for tag in fields["hashtags"]],
        "reblogs_count": fields["reblogs"],
        "favourites_count": fields["favourites"],
        "replies_count": fields["replies"],
        "visibility": "public",
    }
