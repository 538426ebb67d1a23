import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindred.text_emotions.cleaning import clean, segments

AGENTS = (
    "Agent/Advisor Tom/Rep 2/Support/Bot/Agent (Maria)/**Agent**/[10:02] Agent/live agent"
    "/10:02:15 Customer Service/(00:12) Support Agent/Representative"
)

# Shards of what vendors deliver, in any order.
VISIBLE = "< > & &lt; &#39; &#0; <!-- <p> </p> <blockquote> @ #Ab Agent: http:// ' 😡 ﷺ word sooo!!"
INVISIBLE = "\u0301 \u202e \u200d \ud800 \x00"
LINES = ["", "> ", "-- \n", "On Mon, 1 Mar wrote:", "From: x\nTo:", "Agent: ", "Customer: "]
SHARDS = st.sampled_from(
    [" ", *VISIBLE.split(), *INVISIBLE.split(" "), *("\n" + line for line in LINES)]
)
ANYTHING = st.one_of(st.text(), st.lists(SHARDS, max_size=40).map("".join))


@pytest.mark.parametrize(
    "words",
    [
        "I am SOOO happy!!! :) thanks... 100% <3",
        "3 < 4 and 5 > 2",
        "x <very angry> y",
        "AT&T never called back & I waited",
        "the f@ck is this b@stard of a phone @ 5pm",
        "we're #1",
        "Price: ok. Delivery: late -- again",
        ">:( never again",
        "On the box someone wrote: fragile",
        "Merci à tous, très bien 😀",
    ],
)
def test_words_case_punctuation_and_emoji_stay_as_they_are(words):
    assert clean(words) == words


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        ("<p>I <b>lo</b>ve<br>it</p><p>truly</p>", "I love it truly"),
        ('<a href="https://shop.example">here</a>', "here"),
        ("<style>p { color: red }</style><SCRIPT>x()</script >Hi<!-- no -->!", "Hi!"),
        ("<table><tr><td>good</td><td>bad</td></tr></table>", "good bad"),
        ("fish &amp; chips &lt;3 &nbsp; caf&eacute;", "fish & chips <3 café"),
        ("I don&amp;#39;t", "I don't"),
        ("&lt;p&gt;escaped &amp;amp; sent&lt;/p&gt;", "escaped & sent"),
        ("&#" + "1" * 5_000 + "; ok", "ok"),
    ],
)
def test_markup_and_entities_become_what_a_reader_sees(delivered, words):
    assert clean(delivered) == words


@pytest.mark.parametrize(
    "below",
    [
        "On Tue, 3 Mar 2026 at 10:02, Shop <help@shop.example> wrote:\nDear customer, lovely!",
        "On Tue, 3 Mar 2026 at 10:02,\nShop <help@shop.example> wrote:\n> Dear customer",
        "-----Original Message-----\nDear customer",
        "---------- Forwarded message ---------\nDear customer",
        "From: Shop\nSent: Tuesday, 3 March\nTo: me\nDear customer",
        "*From:* Shop\n*Date:* Tuesday\nDear customer",
        "> Dear customer\n>> hello\n  > bye",
        "-- \nJane Doe\nHead of Happiness",
        "Sent from my phone",
        "<blockquote>Dear <blockquote>old</blockquote> customer</blockquote>",
        "&gt; Dear customer",
    ],
)
def test_what_is_quoted_or_signed_below_is_not_the_customers(below):
    assert clean("It broke.\r\n\r\n" + below) == "It broke."


def test_an_answer_between_the_lines_of_a_quoted_mail_is_kept():
    mail = "On Mon, 2 Mar 2026 Shop wrote:\n> We did our best\nYou did not!\n> Sorry\nToo late"
    assert clean(mail) == "You did not! Too late"


def test_a_mail_folded_into_one_line_loses_its_quotation():
    assert clean("Thanks! On Mon, 2 Mar 2026, Shop wrote: > We did our best") == "Thanks!"


def test_one_line_after_a_quotation_mark_is_kept_for_nobody_knows_where_the_answer_begins():
    assert clean("> it will come on Monday It did not!") == "it will come on Monday It did not!"


def test_only_the_customers_turns_of_a_transcript_are_kept():
    call = (
        "Agent: Hi, how can I help?\nCustomer: My parcel is late!\nI am furious.\n"
        "AGENT: I am happy\nto help.\nCustomer: Then do."
    )
    assert clean(call) == "My parcel is late! I am furious. Then do."


@pytest.mark.parametrize("agent", AGENTS.split("/"))
def test_a_line_of_an_agent_is_dropped_however_it_is_labelled(agent):
    assert clean(f"{agent}: Wonderful!\nMe: It is broken.") == "It is broken."
    assert clean(f"{agent}: Wonderful!\nIt is broken.") == "It is broken."
    assert clean(f"{agent}: Wonderful!") == ""


def test_a_transcript_folded_into_one_line_is_taken_apart():
    call = "Agent: Hi there. Customer: It is late. Agent: Wonderful! Client: Fix it!"
    assert clean(call) == "It is late. Fix it!"


def test_a_label_within_a_line_is_the_customers_own_word():
    assert clean("I told the agent: never again") == "I told the agent: never again"


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        ("see https://shop.example/x?y=1 or <HTTP://x.example> now", "see or now"),
        ("at www.shop.example today", "at today"),
        ("mail me.too+x@mail.shop.example please", "mail please"),
        ("@shop hello @me@social.example and @you!", "hello and !"),
        (
            "#FirstLove for my #newPhone15 #NASARocks #so_good",
            "First Love for my new Phone15 NASA Rocks so good",
        ),
    ],
)
def test_links_addresses_and_handles_go_and_hashtags_become_words(delivered, words):
    assert clean(delivered) == words


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        ("I don\u2019t \u201clove\u201d it", 'I don\'t "love" it'),
        (
            "\uff26\uff35\uff2c\uff2c \U0001d4ef\U0001d4ea\U0001d4f7\U0001d4ec\U0001d502",
            "FULL fancy",
        ),
        ("h\u0337e\u0337l\u0337l\u0337o\u0337 Z\u0341\u0301\u0302a\u0321\u0322lgo", "hello Źalgo"),
        ("l\u200bo\u00adv\ufeffe\u202e it\u2066", "love it"),
        ("n\x00o\x07 \ud83d way\udc00", "no way"),
        ("heart \u2764\ufe0f", "heart \u2764"),
        (" a\t b\r\n\r\nc\u00a0\u3000d\u2028e ", "a b c d e"),
    ],
)
def test_fancy_letters_become_plain_and_what_nobody_sees_goes(delivered, words):
    assert clean(delivered) == words


@pytest.mark.parametrize(
    "text", ["", " \n", "<p></p>", "\u200b\u202e", "https://shop.example/x", "@me"]
)
def test_a_text_without_words_becomes_empty(text):
    assert clean(text) == ""


def test_a_letter_that_stands_for_eighteen_does_not_blow_up_a_text():
    assert len(clean("\ufdfa" * 10_000)) <= 30_000


@given(ANYTHING)
def test_any_text_becomes_one_line_that_can_be_stored_and_printed(text):
    words = clean(text)
    assert words.isprintable() or not words.isascii()
    assert words == " ".join(words.split())
    assert not set(words) & set("\x00\u200b\u202e\u2066\ufeff\u0301")
    words.encode()


@given(st.lists(st.from_regex(r"[A-Za-z]{1,9}[.!?,']{0,2}", fullmatch=True), max_size=30))
def test_plain_words_stay_the_same_however_often_they_are_cleaned(tokens):
    words = " ".join(tokens)
    assert clean(words) == words


@given(ANYTHING, st.integers(min_value=1, max_value=50))
def test_segments_lose_only_white_space_and_are_no_longer_than_asked(text, longest):
    cut = segments(text, longest)
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert all(0 < len(segment) <= longest for segment in cut)


def test_a_text_no_longer_than_a_segment_is_one():
    assert segments("One. Two! Three?", 16) == ["One. Two! Three?"]


def test_segments_end_where_sentences_end_and_hold_as_many_as_fit():
    assert segments("One is. Two are! Three? Four… five. Six", 16) == [
        "One is. Two are!",
        "Three? Four…",
        "five. Six",
    ]


def test_a_sentence_too_long_is_cut_at_white_space_and_a_word_too_long_anywhere():
    assert segments("never ever again abcdefghijklm.", 12) == [
        "never ever",
        "again",
        "abcdefghijkl",
        "m.",
    ]
