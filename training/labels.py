"""What is taught: the heads, and how the public sets' labels become them.

Nothing public labels a customer's trust or the ten motivators, so trust is taught by admiration,
approval and caring, motivators by the nearest of ValueEval's human values where there is one, and
both by the project's own sentences.
"""

from __future__ import annotations

from kindred.text_emotions.labels import SCORES

# GoEmotions' 27 emotions and neutral, in the order of its label ids, by the emotion they teach.
EMOTION_OF = {
    "admiration": "trust",
    "amusement": "joy",
    "anger": "anger",
    "annoyance": "frustration",
    "approval": "trust",
    "caring": "trust",
    "confusion": "confusion",
    "curiosity": "confusion",
    "desire": "optimism",
    "disappointment": "frustration",
    "disapproval": "frustration",
    "disgust": "anger",
    "embarrassment": "anxiety",
    "excitement": "joy",
    "fear": "anxiety",
    "gratitude": "gratitude",
    "grief": "sadness",
    "joy": "joy",
    "love": "joy",
    "nervousness": "anxiety",
    "optimism": "optimism",
    "pride": "joy",
    "realization": "surprise",
    "relief": "joy",
    "remorse": "sadness",
    "sadness": "sadness",
    "surprise": "surprise",
    "neutral": "neutral",
}

# ValueEval's human values by the motivator they stand in for; none speaks of the future.
VALUES_OF = {
    "stand_out": ("Face", "Power: dominance"),
    "confidence_in_future": (),
    "well_being": ("Hedonism",),
    "freedom": ("Self-direction: action", "Self-direction: thought"),
    "thrill": ("Stimulation",),
    "belonging": ("Benevolence: dependability", "Conformity: interpersonal"),
    "protect_environment": ("Universalism: nature",),
    "be_who_i_want": ("Self-direction: thought", "Achievement"),
    "security": ("Security: personal", "Security: societal"),
    "success_in_life": ("Achievement", "Power: resources"),
}

# Ekman's six emotions by GoEmotions' labels, as its authors group them: for comparison only.
EKMAN = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "joy", "amusement", "approval", "excitement", "gratitude", "love", "optimism", "relief",
        "pride", "admiration", "desire", "caring",
    ),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("surprise", "realization", "confusion", "curiosity"),
    "neutral": ("neutral",),
}  # fmt: skip

FINE = tuple(f"goemotions {label}" for label in EMOTION_OF)
TARGETS = (*SCORES, *FINE)
