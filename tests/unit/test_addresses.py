"""Addresses as people write them: one form, or none, and never another person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindred import addresses


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+15550200240", "+15550200240"),
        ("\u202a+1 (555) 020-0252\u202c", "+15550200252"),
        ("tel:+15550200240", "+15550200240"),
        ("+44 (0)20 7946 0950", "+442079460950"),
        ("\uff0b\uff14\uff14 20 7946 0950", "+442079460950"),  # as a Japanese keyboard writes it
        ("+49 30 12 34 56", "+4930123456"),
        ("+15550200251 ext. 7", None),
        ("+15550200251;ext=7", None),
        ("+15550200251x7", None),
        ("+1 555 0200240 / +1 555 0200241", None),
        ("+15550200240, +15550200241", None),
        ("020 7946 0950", None),  # of which country?
        ("+1555", None),
        ("+1555020024055502002", None),
        ("sip:+15550200240@trunk.example", None),
        ("anonymous", None),
        ("+1-800-FLOWERS", None),
        ("", None),
        ("\0", None),
    ],
)
def test_a_phone_number_has_one_form_or_none(written, number):
    assert addresses.phone(written) == number


def test_a_national_number_is_of_the_region_that_is_set(monkeypatch):
    monkeypatch.setenv("KINDRED_PHONE_REGION", "GB")
    assert addresses.phone("020 7946 0950") == "+442079460950"
    assert addresses.phone("+15550200240") == "+15550200240"
    monkeypatch.setenv("KINDRED_PHONE_REGION", "US")
    assert addresses.phone("020 7946 0950") is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Kim240@Mail.Example\u00a0", "kim240@mail.example"),
        ("\tkim241@mail.example", "kim241@mail.example"),
        ("kim\u200b242@mail.example", "kim242@mail.example"),
        ("mailto:kim@mail.example", "kim@mail.example"),
        ("kim+shop@mail.example", "kim+shop@mail.example"),
        ("kim@M\u00fcller.example", "kim@xn--mller-kva.example"),
        ("kim@xn--mller-kva.example", "kim@xn--mller-kva.example"),
        ("kim..k@docomo.example", "kim..k@docomo.example"),
        ("kim@mail.example; lee@mail.example", None),
        ("kim@mail.example,lee@mail.example", None),
        ("Kim Lee <kim@mail.example>", None),
        ("kim@localhost", None),
        ("kim", None),
        ("@mail.example", None),
        ("", None),
    ],
)
def test_an_email_address_has_one_form_or_none(written, address):
    assert addresses.email(written) == address


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("https://social.example/@Kim270", "kim270@social.example"),
        ("https://social.example/@Kim270/", "kim270@social.example"),
        ("https://social.example/users/kim270?tab=posts", "kim270@social.example"),
        ("https://home.example/@kim270@social.example", "kim270@social.example"),
        ("@Kim271@social.example", "kim271@social.example"),
        ("acct:kim@social.example", "kim@social.example"),
        (" kim@social.example ", "kim@social.example"),
        ("kim@M\u00fcller.example", "kim@xn--mller-kva.example"),
        ("@kim", None),
        ("https://social.example/about", None),
        ("https://social.example/@kim/110", None),
        ("https://[broken/@kim", None),
        ("", None),
    ],
)
def test_a_handle_has_one_form_or_none(written, account):
    assert addresses.handle(written) == account


@given(st.text(), st.sampled_from([addresses.phone, addresses.email, addresses.handle]))
def test_whatever_is_written_the_form_of_a_form_is_itself(text, read):
    form = read(text)
    assert form is None or read(form) == form
