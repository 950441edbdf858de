"""Recognize the captions, calls to action and notices that stand among sentences."""

import re

from digests.language.regexes import make_regex

#: Boilerplate: words of which a text has one, as most have none, and what they are in.
_JUNK = tuple(
    (cues, make_regex(pattern, re.IGNORECASE))
    for cues, pattern in (
        (
            ("click", "scroll", "tap"),
            r"\b(?:click|scroll|tap)\s(?:here|down|on|through|for)\b",
        ),
        (("sign up", "subscri"), r"\bsign\sup\b|\bsubscri(?:be|ption)\b"),
        (("read more", "read: "), r"\bread\smore\b|\bread:\s"),
        (("follow",), r"\bfollow\s(?:us|@\w+)|\btranscript\s(?:as\sfollows|follows)\b"),
        (("rights reserved", "©"), r"\ball\srights\sreserved\b|©"),
        (
            ("contributed",),
            r"\bcontributed\sto\sthis\s(?:report|story|article)\b",
        ),
        (("newsletter", "mail us"), r"\bnewsletter\b|\be-?mail\sus\b"),
        (
            ("your say", "the video"),
            r"\b(?:have|watch|see|hear|share)\s(?:your\ssay|the\svideo)\b",
        ),
        (
            ("transcript", "this page"),
            r"\A(?:an?\s|the\s|this\sis\san?\s)?(?:\w+\s)?transcript\b"
            r"|\btranscript\sbelow\b|\b(?:on|of)\sthis\spage\b",
        ),
        (("expressed",), r"\b(?:the\sopinions|views)\sexpressed\b"),
        (("policy",), r"\bcookies?\spolicy\b"),
        (("in this ",), r"\bin\sthis\s(?:video|clip|gallery|podcast|episode)\b"),
        # «Anyone with information is asked to call the police on 555-0123.»
        (
            ("anyone with", "anyone who", "witnesses", "zeugen", "hinweise"),
            r"\b(?:anyone\s(?:with|who\s(?:has|saw|knows))|witnesses)\b.{0,80}\b(?:asked|urged"
            r"|encouraged|requested|should|can|contact|call)\b.{0,40}\b(?:contact|call|phone|report"
            r"|come\sforward)\b"
            r"|\b(?:Zeugen|Hinweise)\b.{0,90}\b(?:melden|gebeten|entgegen|erbeten)\b",
        ),
        (
            ("call ", "contact ", "phone ", "telefon"),
            r"\b(?:call|contact|phone|telefon\w*)\b[^.]{0,90}\b\d{3,5}[-.\s/]\d{3,}",
        ),
        (("good ",), r"\bgood\s(?:morning|evening|afternoon)[,.!]"),
        (("@",), r"\w@\w+\.\w"),
        (("tweet",), r"\btweet\s(?:with\sa\s)?location\b|\byour\stweets\b"),
        (("below",), r"\blinks?\sbelow\b"),
        (("your ",), r"\byour\s(?:comments|stories|pictures)\b"),
        (
            (" by",),
            r"\b(?:series|episode|podcast|post|article|content)\s(?:is|was)\s"
            r"(?:supported|sponsored|presented|brought\sto\syou)\sby\b",
        ),
        (
            ("(left)", "(right)", "(links)", "(rechts)", "(l.)", "(r.)"),
            r"\A(?!.*\b(?:\w{3,}ed|ha[sd]|have|was|were|said|says|will|hat|hatte|ist|war|wurde|sagte?)\b)"
            r"[^.]{0,60}\((?:left|right|links|rechts|l\.|r\.)\)",
        ),
        (("icon",), r"\b\w+\sicon\s\w+\sicon\b"),
        (("main story",), r"\bContinue\sreading\sthe\smain\sstory\b"),
        (
            ("playback", "device"),
            r"\bmedia\splayback\b|\bsupported\son\s(?:this|your)\sdevice\b",
        ),
        (("http", "www."), r"https?://|\bwww\."),
        (("file photo", "getty"), r"\bfile\sphoto\b|\bgetty\simages\b"),
        # «A weaver stands at the mill in Hallin, Monday, May 4, 2026.»
        (
            ("day, ",),
            r"\b(?:lies?|sits?|stands?|walks?|holds?|gestures?|smiles?|waves?|listens?|looks?"
            r"|watch(?:es)?|prepares?|speaks?|attends?|performs?|reacts?|arrives?|works?)"
            r"\s[^.]{0,300}day,\s[a-z]+\.?\s\d{1,2},\s\d{4}\.?\Z",
        ),
        (
            (" on ", "pictured", "poses", "posier"),
            r"\blooks?\son\s(?:as|during|from|while)\b|\b(?:is|are)\spictured\b"
            r"|\bposes?\s(?:for\s(?:an?\s)?(?:photo|picture|portrait)|with\s(?:his|her|their)\s)"
            r"|\bposier(?:t|en)\s(?:für|mit|vor)\b",
        ),
    )
)
_JUNK_OPENING = make_regex(
    r"""(?:read|watch|see|related|more|photos?|video|image|caption|picture|file|credit
    |source|advertisement|editor['’]s\snote|correction|copyright|story\shighlights
    |share\sthis|follow)\b[^.!?]{0,30}[:»>|]|(?:published|posted|updated)\son\s\w+\s\d|tune\sin\b|find\sout\s(?:how|wh)|please\snote\b|thank\syou\sfor\s(?:join|listen|read|us|visit|watch)ing\b|follow\s(?:us|@|(?:\w+\s){1,3}on\b)""",
    re.VERBOSE | re.IGNORECASE,
)


def is_junk(text: str) -> bool:
    """Whether a text is a caption, a call to action or the like."""
    if _JUNK_OPENING.match(text) is not None:
        return True
    low = text.lower()
    # Loops, because generators take five times as long for so little work.
    for cues, pattern in _JUNK:
        for cue in cues:
            if cue in low and pattern.search(text) is not None:
                return True
    return False
