"""Whose conversation it is: direction, media and purposes as the vendor documents them."""

import pytest

from kindred.sources.genesys_documents import conversation, sessions

BRAND, CUSTOMER, THIRD = "tel:+18005550000", "tel:+15550200240", "tel:+15559990000"
PHONE, MAIL = "+15550200240", "kim@mail.example"


def talk(*participants, direction="inbound"):
    return conversation(
        {
            "conversationId": "c1",
            "conversationStart": "2026-10-05T15:00:00.000Z",
            "originatingDirection": direction,
            "participants": [
                {"purpose": purpose, "sessions": [{"sessionId": f"s{at}", **session}]}
                for at, (purpose, session) in enumerate(participants)
            ],
        }
    )


def voice(direction, ani, dnis):
    return {"mediaType": "voice", "direction": direction, "ani": ani, "dnis": dnis}


INBOUND, OUTBOUND = voice("inbound", CUSTOMER, BRAND), voice("outbound", BRAND, CUSTOMER)
AGENT = ("agent", voice("inbound", "sip:agent7@brand.example", "tel:+15550001111"))
TO_THIRD = ("external", voice("outbound", BRAND, THIRD))


@pytest.mark.parametrize(
    ("participants", "phone", "email"),
    [
        ([("customer", INBOUND)], PHONE, None),
        ([("customer", OUTBOUND)], PHONE, None),
        ([("external", OUTBOUND)], PHONE, None),  # an agent dials without a queue
        ([AGENT, ("customer", INBOUND)], PHONE, None),
        ([TO_THIRD, ("customer", INBOUND)], PHONE, None),
        ([("customer", INBOUND), TO_THIRD], PHONE, None),
        ([TO_THIRD, ("external", voice("outbound", BRAND, CUSTOMER))], None, None),  # which?
        ([AGENT], None, None),
        ([("acd", INBOUND), ("ivr", INBOUND), ("voicemail", INBOUND)], None, None),
        ([("customer", voice("inbound", "sip:anonymous@anonymous.invalid", BRAND))], None, None),
        (
            [("customer", {"mediaType": "callback", "callbackNumbers": ["+1 555 020 0240"]})],
            PHONE,
            None,
        ),
        (
            [("customer", {**voice("outbound", BRAND, THIRD), "callbackNumbers": [PHONE]})],
            PHONE,
            None,
        ),
        (
            [
                (
                    "customer",
                    {"mediaType": "email", "addressFrom": MAIL, "addressTo": "us@b.example"},
                )
            ],
            None,
            MAIL,
        ),
        (
            [
                (
                    "customer",
                    {
                        "mediaType": "email",
                        "direction": "outbound",
                        "addressFrom": "us@brand.example",
                        "addressTo": "Kim@Mail.example",
                    },
                )
            ],
            None,
            MAIL,
        ),
        ([("customer", {"mediaType": "email", "addressOther": MAIL})], None, MAIL),
        (
            [("customer", {"mediaType": "message", "addressFrom": PHONE, "addressTo": BRAND})],
            PHONE,
            None,
        ),
        ([("customer", {"mediaType": "message", "addressFrom": "5a3f-opaque"})], None, None),
        ([("customer", {"mediaType": "chat"})], None, None),
        ([("customer", {"mediaType": "voice", "ani": 5, "callbackNumbers": "x"})], None, None),
    ],
)
def test_a_conversation_is_with_the_person_at_its_other_end(participants, phone, email):
    found = talk(*participants)
    assert (found["customer_phone"], found["customer_email"]) == (phone, email)


def test_a_session_without_a_direction_has_the_conversations():
    called = {"mediaType": "voice", "ani": BRAND, "dnis": CUSTOMER}
    assert talk(("customer", called), direction="outbound")["customer_phone"] == PHONE


def test_a_third_partys_words_are_not_the_customers():
    found = {
        "participants": [
            {"purpose": purpose, "sessions": [{"sessionId": purpose}]}
            for purpose in ("external", "customer", "agent")
        ]
    }
    assert [s["sessionId"] for is_customer, s in sessions(found) if is_customer] == ["customer"]
