"""Whether a part of a sentence has a finite verb, and whether it is German.

A clause has a verb of its own; a list, a phrase and a stump have none. In English a
word counts that `grammar` knows as finite, or that ends like a verb where only a verb
can stand; in German one that ends like a verb.
"""

import itertools

from digests.language import grammar, words
from digests.language.regexes import make_regex
from digests.language.words import word_set

FINITE = "|".join(sorted(grammar.AUXILIARIES | grammar.PAST | grammar.PRESENT))
#: Links of clauses; after the second group a phrase without a verb may follow too.
LINK = make_regex(
    r"\b(?:(?P<clause>but|while|when|that|which|who|because|although|though|if|unless"
    r"|where|dass|weil|wenn|obwohl|während)|as|after|before|since|until|aber|als"
    r"|nachdem)\s"
)
#: A new clause, with or without a link.
_ANY_LINK = make_regex(
    LINK.pattern.replace("?P<clause>", "?:")
    + r"|[,;:()\"“”—–]|\b(?:and|or|how|why|what|whose|whom|than|he|she|it|"
    r"they|we|i|you|to|und|oder|die|der|das)\s"
)
#: Words that only look like verbs: «|on state-owned farms in May».
_LIKE_VERBS = make_regex(r"\b(?!co-|re-)\w+-\w+|\bMay\b")


def takes_verb(tail: str) -> bool:
    """Whether a verb of the clause before it is in the tail: «| here are off»."""
    found = words.split_words(_LIKE_VERBS.sub("", _ANY_LINK.split(tail)[0]))
    return any(
        grammar.looks_finite(word)
        and word[-1:] != "s"
        and word != "war"
        and after != "by"
        and not (word.endswith("ed") and before in DETERMINERS | grammar.PREPOSITIONS)
        for before, word, after in zip(found, found[1:], [*found[2:], ""], strict=False)
    )


DETERMINERS = word_set("the a an his her its their this these those")
#: A German word, and a verb that may be one.
_GERMAN = make_regex(
    r"\b(?<!van\s)(?:[Dd](?:er|ie|as|e[nms])|ein(?:e[rnms]?)?|und|für|von|mit|über"
    r"|seit|auf|nach|im|bei|ist|sind|wird|wurde)\s"
)


def is_german(text: str) -> bool:
    """Whether a sentence has a word that is German and not English."""
    return _GERMAN.search(text) is not None


def is_surely_german(text: str) -> bool:
    """Whether a sentence has several such words: «people die in Bern» has one."""
    return len(_GERMAN.findall(text)) > 1


GERMAN_VERB = make_regex(
    r"\s(?:ist|sind|war|waren|will|wollen|kann|können|soll|sollen|muss|müssen|darf"
    r"|dürfen|haben|wird|werden|wurden?|hatten?|[a-zäöüß]{2,}(?:t|te|ten)"
    r"|(?:star|ga|blie)b(?:en)?|kam(?:en)?|(?:ging|stieg)(?:en)?|(?:fan|stan)d(?:en)?"
    r"|fiel(?:en)?|trat(?:en)?|(?:griff|schloss|zog|nahm|hielt|rief|schlug|traf|verlor"
    r"|gewann|begann|sprach|brach|warf|sank|lag|ließ)(?:en)?"
    # «Die Staaten |beraten| seit Montag»
    r"|(?!(?:neben|gegen|wegen|zwischen|[ks]?einen|ihren|diesen|jeden"
    r"|beiden)\b)[a-zäöüß]{3,}en(?=\s(?:seit|am|im|in|auf|über|ab|an|mit|der|die|das"
    r"|den|dem|ihre?[nmrs]?|eine?[nmr]?|\d[\d.]*)\s))\b"
)
_CONTRACTED = ("'ve", "'re", "'ll", "'d")
_PLURAL = word_set("they we you i who people")
#: «The campaign involves a mixture», «it asserts that»; not «of costs the firm».
_WITH_OBJECT = make_regex(
    r"(?:\A|(?<!\bof)(?<!\bin)(?<!\bfor)(?<!\bthe)(?<![a-z]s)\s)[a-z]{2,}[^\Wsui]s\s"
    r"(?:an?|his|her|its|their)\s"
)


def has_verb(text: str) -> bool:
    """Whether there is a word that may be a finite verb."""
    found = words.split_words(_LIKE_VERBS.sub("", text))
    if any(grammar.looks_finite(w) or w.endswith(_CONTRACTED) for w in found):
        return True
    if _GERMAN.search(text):
        return GERMAN_VERB.search(text) is not None
    if _WITH_OBJECT.search(text):
        return True
    # «the mills close»
    return any(
        (before[-1:] == "s" or before in _PLURAL)
        and (grammar.looks_finite(f"{word}s") or grammar.looks_finite(f"{word}es"))
        for before, word in itertools.pairwise(found)
    )
