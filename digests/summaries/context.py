"""Find the sentence in which a reporter says why the news matters.

Only set phrases of consequence count («matters because», «at stake», «sets a
precedent», «the ruling means that», «affects 31,000»), in the reporter's own words:
nothing between quotation marks, no question, no denial, no first person. Most articles
have no such sentence.
"""

import re

from digests.summaries import fitting, passages
from digests.summaries.passages import Passage
from digests.types import Article, Sentence

_SAYS_WHY = re.compile(
    r"""\b(?:
      matters?\s(?:because|for\s|beyond\s)
    | (?:is|are|was|were|would\sbe|will\sbe)\s
      (?:so\s|also\s|especially\s|particularly\s)?
      (?:important|significant|crucial|vital|critical|consequential|notable)\s
      (?:because|for\s|since\s)
    | (?:is|are)\sat\sstake
    | (?:ruling|decision|vote|deal|agreement|law|ban|closure|strike|cut|change|move
      |order|verdict|plan|delay|shortage)\s(?:means|will\smean|would\smean|could\smean)\s
    | (?:affects?|will\saffect|would\saffect|could\saffect)\s
      (?:(?:about|some|nearly|almost|around|up\sto|more\sthan|an\sestimated)\s)?
      (?:\d|millions\sof|thousands\sof|every\s)
    | (?:has|have|had|could\shave|would\shave|will\shave|carries|carry)\s
      (?:[\w-]+\s){0,2}(?:implications|consequences|repercussions)\sfor
    | (?:sets?|set|could\sset|would\sset|may\sset)\s(?:a|an\s\w+|a\s\w+)\sprecedent
    | (?:paves|paved|could\spave|would\spave)\sthe\sway\sfor
    | \AThe\s(?:stakes\sare|(?:significance|importance)\sof\s(?:\w+\s){1,6}lies)
    | (?:ist|sind|war|wäre)\s(?:so\s|auch\s|besonders\s)?
      (?:wichtig|bedeutsam|entscheidend),?\s(?:weil|für)
    | (?:steht|stehen)\s(?:\w+\s){0,6}auf\sdem\sSpiel
    | (?:hat|hätte|haben)\s(?:\w+\s){0,3}(?:Folgen|Auswirkungen)\s(?:für|auf)
    )""",
    re.VERBOSE,
)
_DOUBTED = re.compile(
    r"\b(?:not|never|no|nothing|hardly|little|less|nor|neither|if|whether|nicht|nie|"
    r"kein\w*|kaum|wenig|ob|wenn|hop(?:e[sd]?|ing)|claim\w*|alleg\w*|angeblich)\b|n['’]t\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"[\"“”„«»‘]|(?<!\w)'|'(?!\w)")
_LONGEST = 300
#: Later passages are about the background, not the news.
_LOOKED_AT = 40


def find_why_it_matters(article: Article) -> Sentence | None:
    """The first sentence that says why the news matters, verbatim, or None.

    A sentence that refers to the one before it counts only as the second of the
    article, where that is the news itself.
    """
    for passage in passages.extract_passages(article, _LOOKED_AT):
        cue = _SAYS_WHY.search(passage.text)
        if cue is None or _DOUBTED.search(passage.text, 0, cue.end()):
            continue
        if _is_plain_statement(passage):
            return fitting.build_sentence(passage)
    return None


def _is_plain_statement(passage: Passage) -> bool:
    text = passage.text
    if passage.leans and passage.place != 1:
        return False
    if len(text) > _LONGEST or text.endswith("?") or _SPEECH.search(text):
        return False
    return passages.is_presentable(passage) and not passage.personal
