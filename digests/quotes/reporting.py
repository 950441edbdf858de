"""Word tables for reported speech."""

from digests.language.words import word_set

#: Verbs that mean «said»: beside a quotation they name its speaker.
STRONG_CUES = word_set("""
    said says say saying told tells tell telling added adds adding wrote writes writing
    written asked asks asking tweeted tweets tweeting replied replies replying responded
    responds responding continued continues continuing explained explains explaining
    noted notes noting stated states stating declared declares declaring argued argues
    arguing concluded concludes concluding warned warns warning insisted insists
    insisting quipped quips joked jokes joking recalled recalls recalling remarked
    remarks observed observes observing shouted shouts shouting yelled yells yelling
    chanted chants chanting announced announces announcing acknowledged acknowledges
    acknowledging admitted admits admitting reported reports mused muses lamented
    laments complained complains complaining vowed vows vowing pledged pledges promised
    promises promising predicted predicts suggested suggests suggesting claimed claims
    claiming charged charges charging countered counters countering conceded concedes
    confirmed confirms cautioned cautions cautioning boasted boasts bragged wondered
    wonders thundered intoned exclaimed exclaims cried cries proclaimed proclaims
    proclaiming offered opined testified testifies posted posts reads demanded demands
    urged urges urging agreed agrees denied denies stressed stresses stressing
    emphasized emphasizes emphasizing emphasised emphasises emphasising maintained
    maintains commented comments commenting retorted retorts snapped began begins
    interjected repeated repeats reiterated reiterates reiterating assured assures
    contended contends asserted asserts asserting lied texted emailed e-mailed whispered
    sang sings answered answers answering clarified elaborated fumed gushed hollered
    howled moaned mumbled murmured muttered pleaded pointed points revealed reveals
    ruled summed thinks tells thanked explained vented hinted implied alleged alleges
    alleging blared summarized sagte sagt erklärte erklärt betonte betont meinte meint
    fügte ergänzte schrieb schreibt berichtete berichtet kritisierte kritisiert forderte
    fordert warnte warnt äußerte teilte teilten sagten erklärten rief fragte fragt
    antwortete so argue insist warn complain concede whisper whispers maintain contend
    predict sniped snipes scoffed scoffs grumbled groused bellowed sighed reasoned
    surmised ventured volunteered demurred objected chided scolded needled enthused
    confided confessed speculated theorized theorised insisting bragging boasting
    shouting begged begs pleads admonished reassured implored exhorted deadpanned
    estimated kommentierte begründete bezeichnete nannte verteidigte zitierte
    bekräftigte entgegnete entgegnet erwiderte erwidert verkündete verkündeten
    charakterisierte bestritt bestreitet mahnte mahnt drohte droht skandierten
    skandierte riefen unterstrich versicherte versichert resümierte bilanzierte
    konstatierte urteilte titelte behauptete behauptet vermutete vermutet rät riet
    appellierte beklagte beklagt bedauerte begrüßte verlangte verlangt erläuterte
    erläutert beschrieb beschreibt beteuerte beteuert forderten warnten schrieben
    schilderte schildert kündigte hob stellte fasste räumte zeigte prognostizierte
    prophezeite scherzte
""")
#: Verbs that quote somebody without meaning «said».
WEAK_CUES = word_set("""
    found finds ended opened went goes put puts spoke related called calls call calling
    described describes describing dismissed dismisses dismissing accused accuses
    accusing blasted blasts blasting slammed slams slamming criticized criticizes
    criticizing criticised denounced denounces denouncing condemned condemns condemning
    praised praises praising labeled labeled labelled labels labeling branded brands
    branding dubbed dubs dubbing termed deemed mocked mocks mocking ridiculed attacked
    attacks attacking cited cites citing quoted quotes quoting referred refers referring
    compared compares comparing likened characterized characterizes portrayed painted
    painting blamed blames blaming touted touts touting hailed hails lauded lauds
    decried decries derided derides ripped rips lambasted believes believed believing
    expressed expresses expressing considers considered defended defends defending
    rejected rejects rejecting advocated supports supported endorsed wants wanted want
    calls-for pushed proposed proposes outlined framed frames apologized tagged deplored
    rated vouched encouraged encourages encouraging challenged invited ordered
    instructed advised advises heard recounted using talked talks talking spoken
    speaking discussed titled entitled meant means showed shows committed commit
    committing voiced signaled signalled lashed invoked invokes invoking warned bemoaned
    thought bemoans thinks feels felt seeks sought agreed aiming aims hopes hoped
    declined refused questioned questions bezeichnet nennt spricht sprach sprachen
    wertete lobte wies versprach
""")
REPORTING_CUES = STRONG_CUES | WEAK_CUES
#: Of these, in a clause that depends on «said», the words are the outer speaker's.
FAINT_CUES = word_set("""
    found finds shows showed pushed want wants wanted means meant using seeks sought
    aiming aims hopes hoped supports supported endorsed committed commit committing
    proposes proposed outlined feels felt compared heard titled entitled need needs
""")
#: Verbs that report with the small word after them: «shot back», «chimed in».
VERBS_WITH_BACK = word_set("""
    shot fired hit struck snapped clapped pushed punched shoots fires hits snaps wrote
    barked tweeted yelled shouted came
""")
VERBS_WITH_IN = word_set("""
    cut chimed chipped jumped broke butted weighed chimes piped spoke
""")
#: Reporting words in German texts only.
GERMAN_CUES = word_set("so")
#: Nouns of speech with an owner: «in Bell's view», «Bell's claim that».
SPEECH_NOUNS = word_set("""
    view words claim claims opinion response answer message statement remark remarks
    comment comments motto dictum argument verdict quote phrase promise pledge
    description question tweet post speech letter warning complaint prediction reply
    reaction contention assertion accusation assessment suggestion conclusion advice
    telling judgment judgement call slogan
""")
#: Words between a subject and its verb, or between the parts of a verb.
VERB_GAP_WORDS = word_set("""
    has have had having is are was were be been being will would could should may might
    must can did does do not also then later again once already now just never ever
    always often even still simply only first last both all himself herself themselves
    itself to earlier meanwhile recently repeatedly famously reportedly has hasn't
    hadn't didn't wasn't won't doesn't isn't n't in-turn hat habe hatte wurde auch zudem
    dann
""")
PREPOSITIONS = word_set("""
    about above across after against along alongside amid among around at before behind
    below beneath beside besides between beyond by concerning despite down during except
    for from in including inside into like near of off on onto out outside over past per
    regarding since than through throughout till to toward towards under unlike until up
    upon versus via with within without aus bei mit nach von vor für gegen über unter zu
    zum zur im am vom beim
""")
#: End a noun phrase: conjunctions, wh-words, auxiliaries.
PHRASE_BREAKERS = word_set("""
    and or but nor so yet if because while when where who whom whose which that what how
    why although though whether as is are was were be been being has have had do does
    did will would can could should may might must not also then than there here it's
    that's just even only still never wouldn't won't doesn't didn't don't isn't wasn't
    aren't weren't can't couldn't shouldn't hasn't haven't hadn't und oder aber dass der
    die wenn
""")
DETERMINERS = word_set("""
    a an the this these those his her their its our my your one another some any many
    several few both other others two three four five six seven eight nine ten dozens
    hundreds thousands each every no most all more half either neither such ein eine
    einer der die das den dem des einem einen eines
""")
GERMAN_DETERMINERS = word_set("ein eine einer der die das den dem des einem einen")
#: Heads of phrases that say when or how much: they never speak.
TIME_NOUNS = word_set("""
    day days week weeks month months year years spring summer autumn fall winter morning
    evening afternoon night nights time times hour hours minute minutes later earlier
    ago percent decade decades century weekend moment point way thing things fact case
    end part number lot bit half third quarter tag woche jahr monat
""")
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
CLAUSE_LEADS = word_set("""
    as when while after if because although though before since despite during in at
    with on for asked speaking following according until once
""")
PLURAL_PRONOUNS = word_set("they them their themselves")
SUBJECT_PRONOUNS = word_set("he she they it we i you who er sie")
#: «according to X»: the words before X.
ACCORDING_PHRASES = (("according", "to"), ("laut",), ("zufolge",))
#: A title of a work follows one of these.
WORK_WORDS = word_set("""
    show film movie book song album novel play musical series documentary podcast memoir
    sitcom single track drama comedy opera painting magazine episode program programme
    thriller bestseller titled entitled poem ballad anthem game hit segment buch film
    roman lied album serie sendung
""")
#: Networks and outlets whose possessive or «on» leads to a programme's name.
PROGRAMME_OWNERS = word_set("""
    nbc nbc's cbs cbs's abc abc's cnn cnn's msnbc msnbc's fox fox's news's channel's bbc
    bbc's npr npr's hbo hbo's pbs pbs's itv itv's radio's espn's politico's netflix
    netflix's bravo's wabc's wnyc's siriusxm's showtime's c-span's times's
""")
#: Before several words with capitals these lead to a name: «on "Harbour Lights"».
TITLE_PLACES = word_set("""
    on in from with of during at against edits edited hosts hosted hosting directed
    performed perform sang watched watching read joined performing starring
""")
SO_CALLED = word_set("""
    so-called self-described self-styled nicknamed dubbed nickname known sogenannte
    sogenannten genannt
""")
#: Things with an inscription, after the quotation: «"Save It" placards».
LABEL_CARRIERS = word_set("""
    sign signs banner banners button buttons hat hats cap caps shirt shirts t-shirt
    t-shirts placard placards sticker stickers bumper pin pins logo campaign movement
    crowd award column podcast show album film series program programme documentary
    sketch episode
""")

#: Reporting words that are nouns as well.
CUE_NOUNS = word_set("""
    report reports calls call claims charges posts notes comments quotes points talks
    use complaints attacks offers demands hopes uses views read post want questions
    wishes
""")
WORDS_BEFORE_VERBS = word_set("to will would who and also then")
