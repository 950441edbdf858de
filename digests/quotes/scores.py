"""Weighs candidates: a table of hand-set weights and their sum; it learns nothing.

A weight says how strongly one sign speaks for «this one said it», with 1 about the
worth of standing first in the sentence. Only differences matter. They were set by
reading sentences and by trying, and none was fitted to a data set.
"""

from digests.quotes.candidates import Candidate

WEIGHTS = {
    # Subject of the reporting word, by the way it was reached.
    "direct": 8.0,
    "inverted": 8.0,
    "apposition": 7.5,
    "relative": 6.5,
    "shared": 4.5,
    "agent": 8.0,
    "according to": 8.0,
    "colon": 4.0,
    "subject before a colon": 5.0,
    # Standing in the same sentence.
    "main subject": 2.0,
    "of a fragment": -2.0,
    "told and not telling": -3.0,
    "owner of the words": 3.0,
    "owner of a saying": 4.5,
    "name": 0.5,
    "after preposition": -2.0,
    "possessive": -1.5,
    "after the words": -0.3,
    "place": -3.0,
    "unknown noun": -2.0,
    "party": -1.0,
    "distance": -0.04,
    # Speakers of neighbours.
    "speaker in the sentence": 3.0,
    "speaker before": 7.0,
    "speaker before, with words": 1.0,
    "next speaker": 6.0,
    "speaker of the paragraph before": 3.5,
    "speaker far before": 0.3,
    "signed": 9.0,
    "said after": 7.5,
    "introduces": 7.5,
    "acts in between": 7.3,
    "subject before": 3.0,
    "subject of the sentence before": 4.0,
}
#: Below this nobody is named: null rather than a guess.
FLOOR = 0.6


def score(candidate: Candidate) -> float:
    """Give the sum of a candidate's weighted features."""
    return sum(WEIGHTS[name] * value for name, value in candidate.features.items())


def worths(candidate: Candidate) -> tuple[tuple[str, float], ...]:
    """Give each feature with what it adds to the score, the weightiest first."""
    added = [
        (name, round(WEIGHTS[name] * value, 2))
        for name, value in candidate.features.items()
    ]
    return tuple(sorted(added, key=lambda pair: -abs(pair[1])))
