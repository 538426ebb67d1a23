import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindred.text_emotions import EMOTIONS, MOTIVATORS, SCORES, score, thresholds

texts = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            [
                "I love it",
                "nobody called me back!!",
                "THE WORST",
                "ok",
                "😂😂",
                "<p>Thanks &amp; bye</p>",
                "sooooo good. " * 80,
                "",
                "Das Paket ist leider nie angekommen",
            ]
        ),
    ),
    max_size=12,
)


def of(text, column="valence"):
    return score([text]).loc[0, column]


@settings(deadline=None)  # the first text waits for the weights to be read
@given(texts)
def test_a_text_scores_the_same_in_any_company_and_order(several):
    together = score(several)
    alone = [score([text]) for text in several]
    backwards = score(reversed(several)).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(together, backwards, check_exact=True)
    if alone:
        pd.testing.assert_frame_equal(
            together, pd.concat(alone, ignore_index=True), check_exact=True
        )


@settings(deadline=None)  # the first text waits for the weights to be read
@given(texts)
def test_a_row_has_all_scores_within_their_range_or_none_and_a_reason(several):
    found = score(several)
    assert list(found.columns) == [*SCORES, "unscored_reason"]
    assert len(found) == len(several)
    unscored = found.unscored_reason.notna()
    assert found.loc[unscored, list(SCORES)].isna().all(axis=None)
    scored = found.loc[~unscored, list(SCORES)]
    assert scored.notna().all(axis=None)
    assert scored.valence.between(-1, 1).all()
    assert scored.drop(columns="valence").stack().between(0, 1).all()
    assert (scored.round(4) == scored).all(axis=None)


def test_a_batch_of_thousands_is_scored_as_its_texts_are_alone():
    several = [f"Order {n} came late and I am {'not ' * (n % 2)}happy" for n in range(2_500)]
    found = score(iter(several))
    for row in (0, 999, 1_000, 2_001, 2_499):
        pd.testing.assert_series_equal(
            found.loc[row], score([several[row]]).loc[0], check_names=False
        )


def test_no_texts_give_an_empty_frame_with_its_columns():
    assert list(score([]).columns) == [*SCORES, "unscored_reason"]
    assert len(score([])) == 0


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("I am so happy with it, this made my day", "joy"),
        ("Thank you so much for your help", "gratitude"),
        ("I really hope it will get better soon", "optimism"),
        ("Wow, I did not expect that at all", "surprise"),
        ("I don't understand what this means, can you explain?", "confusion"),
        ("I'm scared and nervous about it", "anxiety"),
        ("That is so sad, I am sorry for the loss", "sadness"),
        ("Nobody called me back, third time I ask", "frustration"),
        ("I am furious, this makes me sick", "anger"),
        ("You have always been honest and reliable with us", "trust"),
        ("My order number is 4711", "neutral"),
    ],
)
def test_each_emotion_is_told_from_the_rest(text, emotion):
    found = score([text])
    assert found.loc[0, emotion] >= thresholds()[emotion]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("I am not happy with it", "I am happy with it"),
        ("this is bad", "this is good"),
        ("it is good", "it is really great, I love it!"),
        ("The worst. Never again.", "It came on Tuesday."),
        ("😡", "😍"),
    ],
)
def test_valence_rises_with_what_is_said(worse, better):
    assert of(worse) < of(better)


@pytest.mark.parametrize("text", ["", "   ", "<p></p>", "\u200b\u202e", "https://shop.example/x"])
def test_a_text_without_words_is_unscored_and_says_why(text):
    assert of(text, "unscored_reason") == "empty"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Paket ist leider nie angekommen, ich bin sehr enttäuscht", "de"),
        ("配達が遅れてとても残念です", "ja"),
    ],
)
def test_another_language_is_unscored_rather_than_neutral(text, language):
    assert of(text, "unscored_reason") == f"not English: {language}"


@pytest.mark.parametrize(
    "text",
    [
        "😡😡😡",
        "THIS IS THE THIRD TIME!!!",
        "\u202eevil\u202c text",
        "a" * 100_000,
        "!" * 100_000,
        "\ud800",
        "0",
        "¯\\_(ツ)_/¯",
        "a\x00b",
        "İ" * 50,
        "é" * 3_000,
    ],
)
def test_odd_texts_are_scored_or_say_why_and_never_fail(text):
    found = score([text])
    assert found.loc[0, list(SCORES)].isna().any() == (found.loc[0, "unscored_reason"] is not None)


def test_what_an_agent_said_does_not_count_as_the_customers():
    said = "Customer: Please cancel my plan.\nAgent: I understand, that is so frustrating!"
    assert of(said) == of("Please cancel my plan.")


def test_markup_does_not_change_what_a_text_says():
    assert score(["<p>I <b>love</b> it &amp; them</p>"]).equals(score(["I love it & them"]))


def test_a_long_text_is_the_mean_of_its_segments_by_length():
    praise = "I love this shop and everyone in it is wonderful to me. " * 10
    blame = "This was the worst experience and I am very angry about it. " * 10
    mean = np.average([of(praise), of(blame)], weights=[len(praise.strip()), len(blame.strip())])
    assert of(praise + blame) == pytest.approx(mean, abs=0.02)


def test_a_text_of_ten_megabytes_is_scored_like_its_sentences():
    sentence = "Nobody called me back and I am still waiting. "
    assert of(sentence * 200_000, "frustration") == pytest.approx(
        of(sentence * 13, "frustration"), abs=0.01
    )


def test_every_emotion_and_motivator_has_a_threshold():
    assert set(thresholds()) == {*EMOTIONS, *MOTIVATORS}
    assert all(0 < threshold < 1 for threshold in thresholds().values())
