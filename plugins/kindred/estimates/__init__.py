"""What the marts estimate beyond SQL: numpy and scipy, each formula with its source."""
