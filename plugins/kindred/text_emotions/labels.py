"""The scores of a text, with the names used in columns and documents."""

EMOTIONS = (
    "joy",
    "trust",
    "gratitude",
    "optimism",
    "surprise",
    "confusion",
    "anxiety",
    "sadness",
    "frustration",
    "anger",
    "neutral",
)
MOTIVATORS = (
    "stand_out",
    "confidence_in_future",
    "well_being",
    "freedom",
    "thrill",
    "belonging",
    "protect_environment",
    "be_who_i_want",
    "security",
    "success_in_life",
)
SCORES = ("valence", *EMOTIONS, *MOTIVATORS)
