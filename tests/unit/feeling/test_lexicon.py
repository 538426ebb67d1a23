import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindred.feeling import score
from kindred.feeling.words import pieces, plain


def valence(text):
    (feeling,) = score([text])
    return feeling.valence


def test_praise_scores_above_indifference_above_blame():
    praise, indifference, blame = (
        valence("The agent was wonderful, I love this shop"),
        valence("The parcel came on Tuesday"),
        valence("Terrible service, I am furious about the delay"),
    )
    assert praise > indifference > blame


def test_markup_does_not_change_what_a_text_says():
    assert valence("<p>I <b>love</b> it &amp; them</p>") == valence("I love it & them")


@pytest.mark.parametrize("text", ["", "   ", "<p></p>", "\u200b\u202e", "https://shop.example/x"])
def test_a_text_without_words_is_unscored_and_says_why(text):
    assert list(score([text])) == [(None, "empty")]


def test_another_script_is_unscored_rather_than_neutral():
    assert list(score(["配達が遅れてとても残念です"])) == [(None, "not English")]


def test_less_than_signs_are_not_mistaken_for_markup():
    assert plain("3 < 4 and 5 > 2") == "3 < 4 and 5 > 2"


@given(st.lists(st.text()))
def test_scores_keep_order_and_do_not_depend_on_company(texts):
    assert list(score(texts)) == [next(iter(score([text]))) for text in texts]


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_pieces_lose_nothing_and_are_no_longer_than_asked(text, longest):
    cut = list(pieces(text, longest))
    assert "".join(cut) == text
    assert all(len(piece) <= longest for piece in cut)


def test_a_long_text_is_scored_like_its_parts():
    assert valence("I love this. " * 5_000) == pytest.approx(
        valence("I love this. " * 38), abs=0.02
    )
