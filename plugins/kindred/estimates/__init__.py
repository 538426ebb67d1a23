"""What the marts estimate beyond SQL: pure numpy, each formula with its source."""
