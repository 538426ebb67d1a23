"""Decide whether a text is English; other texts are marked as unscored, not taken for neutral.

Nearly all texts are decided without a library, by the share of words that only English uses. The
library (py3langid, offline, naive Bayes over byte sequences) decides the doubtful rest. Its result
counts only if it is certain: slang, names and typing errors look foreign to it, and leaving out an
English customer is worse than scoring a short foreign sentence.
"""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

EXAMINED = 1_000
"""Characters examined at the start of a text: ten sentences suffice to identify a language."""

_ENGLISH_SHARE = 0.2
"""A text is English if at least this share of its words are used only in English."""

_SURE = {1: 0.9, 2: 0.6, 3: 0.4}
"""The certainty required, by number of words: "Danke schön" is foreign, "Oh la la" is not."""

_SURE_OF_A_SENTENCE = 0.2
"""The certainty required to call four or more words not English."""

_SURE_WHICH = 0.4
"""The certainty required to name the language; below it, the language is "not English"."""

# The languages that customers may write in. With all its languages, the library would mistake
# English slang twice as often for languages that few customers write.
_LANGUAGES = """
af ar bg bn bs ca cs da de el en es et eu fa fi fr ga gu he hi hr hu hy id is it ja ka kk km kn ko
lo lt lv mk ml mn mr ms my ne nl no pa pl pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi
zh
"""

# Frequent English words that are not used in other languages with Latin letters. Left out are words
# that exist there too ("in", "is", "was", "will", "die", "so", "over", "may", "god", "come") and
# loanwords ("okay", "sorry", "shop", "service", "support", "super").
_ENGLISH_WORDS = """
the and you that with this they she but not your my our their them there these those which while who
whose why when where what how would could should shall can't cannot don't doesn't didn't isn't
aren't wasn't weren't won't wouldn't couldn't shouldn't haven't hasn't hadn't i'm i've i'll i'd
you're you've you'll you'd he's she's it's we're we've we'll they're they've they'll that's there's
what's let's im ive dont doesnt didnt isnt cant wont thats youre has have having been being were
does did doing done from about because before after again never always really very much more such
same other another some any every each few many everything anything nothing something someone anyone
everyone people just only even also too yet already though although through until against between
without within both either neither than then now here think thought know knew known want wanted need
needed get getting got go going went gone make making makes made take taking took taken give giving
gave given see saw seen look looks looking looked good great bad better worse worst awful amazing
awesome thank thanks please love loved loves hate hated hates feel feels feeling felt keep kept help
helped helpful work works worked working worth right wrong long short big small new old first next
way well thing things stuff times day days week weeks month months year years today yesterday
tomorrow back away around out into off up down said says say tell told talk talking call called
calls asked tried trying try buy bought buying pay paid order ordered ordering delivery delivered
arrived shipping refund money price customer waiting waited wait late hope glad enjoy enjoyed friend
friends guy guys girl kids life living world house believe understand mean means actually probably
maybe literally absolutely pretty quite enough yes yeah yep nope damn fuck fucking shit its his him
it if are like use used using can might own lot lots kinda gonna wanna gotta should've would've wish
heard least sure true seems found exactly seriously person yourself agree watching ever joke died
disappointed received bill spoke waste recommend recommended cheap broken cancelled canceled return
returned item rude friendly wonderful fixed issue issues hour hours company clothes shoes size
quickly experience treated answer anymore whatever everywhere finally myself
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")

# Two adjacent non-Latin letters; single ones are used in faces, ಠ_ಠ and \_(ツ)_/. (\W excludes
# emoji, punctuation and combining marks.)
_OTHER_LETTERS = re.compile(r"[^\W\d_\u0000-\u02ff\u1e00-\u1eff]{2,}")
_LATIN_LETTER = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")


def foreign_language(words: str) -> str | None:
    """Return the ISO 639-1 code of the language of `words`, or None if that is English.

    "und" stands for a language that is not English and otherwise uncertain. A text without letters
    has no language, and the result is None. A text of one or two words in Latin letters counts as
    English unless the library is very certain. So does a mixed text, a fifth of which is English.

    Args:
        words: Plain words, as `clean` returns them; the first 1,000 characters are examined.
    """
    head = words[:EXAMINED]
    if not head.isascii() and _is_of_another_script(head):
        language, sureness = _library().classify(head)
        return language if sureness >= _SURE_WHICH and language != "en" else "und"
    tokens = head.lower().split()
    if _is_english(tokens) or _is_english(_WORD.findall(head.lower())):
        return None
    if not _LATIN_LETTER.search(head):
        return None
    language, sureness = _library().classify(head)
    if language == "en" or sureness < _SURE.get(len(tokens), _SURE_OF_A_SENTENCE):
        return None
    return language if sureness >= _SURE_WHICH else "und"


def _is_english(tokens: list[str]) -> bool:
    return sum(map(_ENGLISH.__contains__, tokens)) >= max(1, _ENGLISH_SHARE * len(tokens))


def _is_of_another_script(head: str) -> bool:
    others = sum(map(len, _OTHER_LETTERS.findall(head)))
    return others * 2 > sum(map(str.isalpha, head))


@cache
def _library() -> LanguageIdentifier:
    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    library.set_languages(_LANGUAGES.split())
    return library
