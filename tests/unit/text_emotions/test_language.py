from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindred.text_emotions.language import EXAMINED, foreign_language

# Made up for this test: sentences of customers, by language.
FOREIGN = [
    line.split("\t")
    for line in Path(__file__).with_name("foreign.tsv").read_text("utf-8").splitlines()
]
ENGLISH = "I waited two weeks for it and nobody told me why. "
GERMAN = "Das Paket ist leider nicht da. "


@pytest.mark.parametrize(
    "words",
    [
        "I love it, but the delivery took two weeks.",
        "Worst experience ever",
        "WHY IS NOBODY ANSWERING MY CALLS?!",
        "omg so goood lol",
        "ok",
        "Meh.",
        "Oh la la",
        "Sooooo disappointed ugh",
        "café staff were très rude, never again",
        "Ordered Tuesday, came Wednesday!",
        "카니발 sounds more like cannibal than carnival.",
        "Don't u dare cancel my acct",
    ],
)
def test_english_is_not_foreign_however_short_loud_or_careless(words):
    assert foreign_language(words) is None


def test_nine_of_ten_foreign_texts_of_four_words_and_more_are_caught():
    caught = [
        foreign_language(words) is not None for _, words in FOREIGN if len(words.split()) >= 4
    ]
    assert sum(caught) >= 0.9 * len(caught)


def test_a_language_that_is_named_is_nearly_always_the_right_one():
    named = [
        (code, found)
        for code, words in FOREIGN
        if (found := foreign_language(words)) not in (None, "und")
    ]
    assert len(named) >= 0.8 * len(FOREIGN)
    assert sum(code == found for code, found in named) >= 0.9 * len(named)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Das Paket ist leider immer noch nicht da.", "de"),
        ("El paquete llegó roto y nadie responde.", "es"),
        ("Je suis très déçue", "fr"),
        ("Danke schön", "de"),
        ("配達が遅れてとても残念です", "ja"),
        ("ขอบคุณมากสำหรับความช่วยเหลือ", "th"),
        ("Ευχαριστώ!", "el"),
        ("𐌸𐌹𐌿𐌳𐌰 𐌲𐌿𐌸𐌹𐍃𐌺𐌰", "und"),
    ],
)
def test_another_language_is_named_where_it_is_sure(words, code):
    assert foreign_language(words) == code


@pytest.mark.parametrize("words", ["", "😡😡", "!!! 10/10", "¯\\_(ツ)_/¯", "ಠ_ಠ"])
def test_what_has_no_words_has_no_language(words):
    assert foreign_language(words) is None


def test_words_that_customers_borrow_do_not_make_a_text_english():
    assert (
        foreign_language("Der Support ist super, okay, aber der Shop ist leider sehr langsam")
        == "de"
    )


def test_the_start_of_a_long_text_decides():
    assert foreign_language(ENGLISH * EXAMINED + GERMAN * EXAMINED) is None
    assert foreign_language(GERMAN * EXAMINED + ENGLISH * EXAMINED) == "de"


@settings(deadline=None)  # the first text that is asked about loads the library
@given(st.text())
def test_any_text_has_an_answer_and_the_same_one_again(text):
    answer = foreign_language(text)
    assert answer is None or (len(answer) in (2, 3) and answer.islower() and answer != "en")
    assert foreign_language(text) == answer
