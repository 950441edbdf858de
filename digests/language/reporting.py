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
#: Verbs that report with the word after them: «shot back».
VERBS_WITH_BACK = _TABLES["verbs_with_back"]
#: Nouns of speech with an owner: «in Bell's view», «Bell's claim that».
SPEECH_NOUNS = _TABLES["speech_nouns"]
#: Words between a subject and its verb, or between the parts of a verb.
VERB_GAP_WORDS = _TABLES["verb_gap_words"]
#: Written works: «a report by the council».
WRITTEN = _TABLES["written"]
PREPOSITIONS = _TABLES["prepositions"]
#: End a noun phrase: conjunctions, wh-words, auxiliaries.
PHRASE_BREAKERS = _TABLES["phrase_breakers"]
DETERMINERS = _TABLES["determiners"]
#: German nouns and adverbs that are no names: «Radioansprache», «Ähnlich».
GERMAN_NOUN_ENDINGS = tuple(_TABLES["german_noun_endings"])
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
#: The name of a work or thing follows one of these, or an owner of programmes.
NAMED_THINGS = _TABLES["named_things"] | _TABLES["programme_owners"]
#: A mentioned word or somebody's name for a thing follows one of these.
MENTIONING = _TABLES["mentioning"]
#: In German they end compounds: «Theaterstück».
GERMAN_MENTIONING = tuple(_TABLES["german_mentioning"])
GERMAN_NAMED = GERMAN_MENTIONING + tuple(_TABLES["german_named_things"])
INSCRIBING = _TABLES["inscribing"]
NOT_NAMED = PHRASE_BREAKERS | SUBJECT_PRONOUNS | VERB_GAP_WORDS
#: Things with an inscription, after the quotation: «"Save It" placards».
LABEL_CARRIERS = _TABLES["label_carriers"]

#: Reporting words that are nouns as well.
CUE_NOUNS = _TABLES["cue_nouns"]
WORDS_BEFORE_VERBS = word_set("to will would who and also then")
#: Forms of address, which are no role.
COURTESY = _TABLES["courtesy"]
#: Words without a capital in a title.
SMALL_IN_TITLES = _TABLES["small_in_titles"]
