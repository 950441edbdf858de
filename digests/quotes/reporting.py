"""Word tables for reported speech."""

from digests.language.words import load_word_tables, word_set

_TABLES = load_word_tables(__file__, "reporting.txt")

#: Verbs that mean «said»: beside a quotation they name its speaker.
STRONG_CUES = _TABLES["strong_cues"]
#: Verbs that quote somebody without meaning «said».
WEAK_CUES = _TABLES["weak_cues"]
REPORTING_CUES = STRONG_CUES | WEAK_CUES
#: Of these, in a clause that depends on «said», the words are the outer speaker's.
FAINT_CUES = _TABLES["faint_cues"]
#: Verbs that report with the small word after them: «shot back», «chimed in».
VERBS_WITH_BACK = _TABLES["verbs_with_back"]
VERBS_WITH_IN = word_set("""
    cut chimed chipped jumped broke butted weighed chimes piped spoke
""")
#: Reporting words in German texts only.
GERMAN_CUES = word_set("so")
#: Nouns of speech with an owner: «in Bell's view», «Bell's claim that».
SPEECH_NOUNS = _TABLES["speech_nouns"]
#: Words between a subject and its verb, or between the parts of a verb.
VERB_GAP_WORDS = _TABLES["verb_gap_words"]
PREPOSITIONS = _TABLES["prepositions"]
#: End a noun phrase: conjunctions, wh-words, auxiliaries.
PHRASE_BREAKERS = _TABLES["phrase_breakers"]
DETERMINERS = _TABLES["determiners"]
GERMAN_DETERMINERS = word_set("ein eine einer der die das den dem des einem einen")
#: Heads of phrases that say when or how much: they never speak.
TIME_NOUNS = _TABLES["time_nouns"]
#: Prepositions that may also begin a clause: «after Bell said».
CLAUSE_OPENERS = word_set("after before since until like than")
MALE_PRONOUNS = word_set("he him his himself")
FEMALE_PRONOUNS = word_set("she her hers herself")
#: Reporting words that take no «him» after them: what follows them may be the subject.
INVERTING_CUES = STRONG_CUES - word_set("""
    told tells tell telling asked asks asking urged urges urging assured assures thanked
    reminded denies denied reported ruled
""")
#: Words that begin a clause before the main one.
CLAUSE_LEADS = _TABLES["clause_leads"]
PLURAL_PRONOUNS = word_set("they them their themselves")
SUBJECT_PRONOUNS = word_set("he she they it we i you who er sie")
#: A title of a work follows one of these.
WORK_WORDS = _TABLES["work_words"]
#: Networks and outlets whose possessive or «on» leads to a programme's name.
PROGRAMME_OWNERS = _TABLES["programme_owners"]
#: Before several words with capitals these lead to a name: «on "Harbour Lights"».
TITLE_PLACES = _TABLES["title_places"]
SO_CALLED = word_set("""
    so-called self-described self-styled nicknamed dubbed nickname known sogenannte
    sogenannten genannt
""")
#: Things with an inscription, after the quotation: «"Save It" placards».
LABEL_CARRIERS = _TABLES["label_carriers"]

#: Reporting words that are nouns as well.
CUE_NOUNS = _TABLES["cue_nouns"]
WORDS_BEFORE_VERBS = word_set("to will would who and also then")
