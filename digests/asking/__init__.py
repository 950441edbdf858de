"""Finds in articles what somebody asks for; every word that it shows stands there.

`order` puts articles that hold the words into their order, `snippet` gives the sentence
that shows them, `answer` gives the sentences that answer a question, or says why there
is none. It reads what it is given and looks nothing up: `searches` says what a question
is to be looked for by, `period` and `since` what days are meant, `hold` whether the
articles of a story are about some words.
"""

from digests.asking.answers import MOST, Answer, Found, Refusal, answer
from digests.asking.holding import hold
from digests.asking.ordering import order
from digests.asking.periods import Period, period, since
from digests.asking.question import Question, read
from digests.asking.searches import searches
from digests.asking.snippets import Snippet, snippet

__all__ = [
    "MOST",
    "Answer",
    "Found",
    "Period",
    "Question",
    "Refusal",
    "Snippet",
    "answer",
    "hold",
    "order",
    "period",
    "read",
    "searches",
    "since",
    "snippet",
]
