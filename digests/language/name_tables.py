"""Word tables for recognizing people, organizations and places."""

from digests.language.words import word_set

#: Before a name and no part of it; without the full stop.
TITLES = word_set("""
    mr mrs ms mx miss dr prof professor sir lord lady dame sen sens senator senators rep
    reps representative congressman congresswoman gov govs governor governors president
    premier minister chancellor secretary general gen col colonel maj major capt captain
    lt lieutenant sgt sergeant cpl commander cmdr admiral adm judge justice mayor
    chairman chairwoman chair chairperson speaker leader attorney king queen prince
    princess pope bishop archbishop cardinal rev reverend father sister rabbi imam
    sheikh ayatollah ambassador amb director officer detective det chief sheriff coach
    manager spokesman spokeswoman spokesperson commissioner deputy councillor councilor
    councilman councilwoman constable inspector superintendent whip candidate nominee
    strategist host anchor moderator columnist editor author ceo cfo cto coo treasurer
    alderman inspector marshal undersecretary delegate defender goalkeeper striker
    midfielder referee trainer stadtrat stadträtin landrat landrätin trainerin mp mps
    mep msp herr frau doktor präsident präsidentin kanzler kanzlerin minister ministerin
    sprecher sprecherin richter richterin bürgermeister bürgermeisterin
    oberbürgermeister professorin senatorin staatssekretär vorsitzender vorsitzende
    monsieur madame señor señora signor signora don doña
""")
#: German titles are one word: «Innenminister», «VW-Chef», «Museumsleiterin».
TITLE_ENDINGS = (
    *("minister", "ministerin", "präsident", "präsidentin", "sprecher", "sprecherin"),
    *("direktor", "direktorin", "meister", "meisterin", "leiter", "leiterin", "-chef"),
    *("-chefin", "anwalt", "anwältin", "richterin", "vorstand", "forscher"),
    *("forscherin", "wärter", "wärterin", "vorsitzende", "vorsitzender", "sekretär"),
    *("sekretärin", "trainerin", "politiker", "politikerin", "beauftragte", "-experte"),
)
#: Words before a title that belong to the role.
TITLE_PARTS = word_set("""
    vice prime foreign house senate majority minority attorney supreme court first chief
    executive deputy former ex interior finance defense defence state white press police
    fire head national acting interim assistant senior campaign republican democratic
    democrat conservative labour labor liberal gop
""")
#: Heads of noun phrases that can speak.
ROLE_NOUNS = word_set("""
    ally mp mps captor neighbour rival foe activist adviser advisor aide analyst
    architect artist assistant attorney author banker biologist boss brother bystander
    campaigner candidate captain caller ceo chair chairman chairwoman chancellor chef
    chemist chief citizen clerk client coach colleague columnist commander commentator
    commissioner congressman congresswoman conservative consultant contractor
    coordinator correspondent counsel councillor counselor critic customer daughter
    dealer delegate democrat demonstrator deputy designer detective developer diplomat
    director doctor donor driver economist editor employee engineer entrepreneur envoy
    evangelist executive expert farmer father fellow fighter fisherman founder friend
    geologist governor guard guest head historian host husband immigrant insider
    inspector investigator investor journalist judge justice keeper king lawmaker lawyer
    leader lecturer legislator liberal lieutenant lobbyist magnate man manager marine
    mayor member migrant minister moderator mogul mother musician neighbor neighbour
    nominee nurse observer master officer official operative opponent organizer
    organiser owner parent partner pastor patient physicist pilot player poet politician
    pollster pope premier president priest prime producer professor prosecutor protester
    protestor psychologist publisher pundit queen rabbi ranger rapporteur reader refugee
    representative reporter republican researcher resident retiree rival sailor scholar
    scientist secretary seismologist senator sergeant shareholder sheriff singer sister
    skipper soldier son source speaker specialist spokesman spokesperson spokeswoman
    staffer star strategist student supporter surgeon surrogate survivor suspect teacher
    tenant trader trainer treasurer trustee user veteran viewer visitor volunteer voter
    warden widow wife winner witness woman worker goalkeeper striker midfielder referee
    ecologist forecaster hydrologist vet trainer mechanic plumber butcher baker
    carpenter shopkeeper landlord keeper writer girl boy kid child teenager guy person
    mourner attendee partier percent people women men police fans crowd audience
    children family families team administration agency army association authority bank
    board body bureau cabinet campaign center centre chain church club coalition college
    commission committee company conference congress cooperative corporation council
    court department embassy federation firm foundation government group hospital
    institute institution league ministry movement network newspaper office opposition
    organization organisation outlet pac panel party presidency press school senate
    service side society staff station store syndicate task-force think-tank union
    university utility watchdog website white-house paper magazine publication report
    statement letter email e-mail memo ad advertisement article book document editorial
    headline law lawsuit bill message note poll post press-release release resolution
    review ruling sign study survey text transcript tweet video poster banner slogan
    caption complaint filing indictment verdict op-ed column blog caucus chairperson
    chants spot flier flyer mailer narrator petition platform nation country duo pair
    couple trio bench team-mate teammate crew ferry
""")
#: Role nouns that end in «-s» in the singular or are plural without it.
PLURAL_NOUNS = word_set("percent people women men children police families parties")

#: A name with one of these words is a body, not a person.
BODY_WORDS = word_set("""
    academy administration agency airlines alliance army assembly associates association
    authority bank board brothers bureau cabinet campaign center centre church circuit
    club coalition college commission committee company conference congress cooperative
    corp corporation council county court department ministry district embassy
    federation force forces foundation fund government group hall herald hospital house
    inc institute institution international journal kremlin league limited llc ltd
    magazine media ministry monitor movement museum network news office organization
    organisation pac parliament party pentagon police post press project radio reserve
    review rights school senate service services society state states studio systems
    team television times trust tribune tv union united university watch wire gazette
    courier morning ledger co plc gmbh ag partei amt bundestag bundesrat ministerium
    gazette fed nato eu un fbi cia isis isil nbc cbs abc cnn msnbc fox bbc reuters
    politico bloomberg guardian sentinel street act amendment bill law treaty accord
    agreement award awards cup
""")
PLACES = word_set("""
    africa america asia australia austria britain california canada china colorado cuba
    denmark egypt england europe florida france germany greece hungary illinois india
    indiana iowa iran iraq ireland israel italy japan kansas kentucky korea london
    lebanon libya maine maryland massachusetts mexico miami michigan minnesota
    mississippi missouri montana moscow nebraska netherlands nevada norway ohio oklahoma
    oregon pakistan paris pennsylvania philadelphia poland portugal russia scotland
    seoul spain sweden switzerland syria taiwan tennessee texas tokyo turkey uk ukraine
    utah vermont virginia wales washington wisconsin wyoming beijing boston chicago
    cleveland brussels berlin hawaii idaho alabama alaska arizona arkansas connecticut
    delaware louisiana manhattan brooklyn hollywood afghanistan benghazi orlando dallas
    houston detroit denver phoenix pyongyang saudi arabia new north south east west york
    jersey hampshire carolina dakota zealand los angeles san francisco diego las vegas
    u.s us u.k d.c usa
""")
#: Adjectives of country, party and faith: before a name, part of the role.
ADJECTIVES = word_set("""
    african american arab asian australian british canadian chinese christian cuban
    dutch english european french german greek indian iranian iraqi irish islamic
    israeli italian japanese jewish korean latino latina mexican muslim palestinian
    polish republican republicans democratic democrat democrats russian saudi scottish
    spanish swedish syrian texan turkish ukrainian catholic conservative liberal gop
    tory labour libertarian green independent socialist evangelical hispanic northern
    southern eastern western u.s uk texas florida ohio california iowa wisconsin
    virginia arizona south north new york massachusetts kentucky
""")
NEVER_NAME = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun neither either
    of like unlike does did do said says using asked using hail only more most even why
    how because although despite during whether since until nobody everybody everyone
    somebody someone anybody anyone none nothing i i'm i’m i've i’ve i'll i’ll i'd i’d
    ok okay yes no oh well related photo video image correction update advertisement
    islam christianity god internet montag dienstag mittwoch donnerstag freitag samstag
    sonntag januar februar märz mai juni juli oktober dezember read watch follow click
""")
PARTICLES = word_set("""
    de la le du des da das dos di del della van von der den zu zur ter ten bin ibn al el
    ben abu st
""")
GERMAN_PARTICLES = word_set("von zu zur der den des")
MALE = word_set("""
    aaron adam al alan albert alex alexander andrew andy anthony antonio arthur ben
    benjamin bernie bill bob boris brad brian bruce carl carlos charles charlie chris
    christopher chuck craig dan daniel darrell dave david dean dennis dick don donald
    douglas ed eddie edward eric frank franklin fred gary george gerald glenn greg
    harold harry henry howard ian jack jacob jake james jamie jason jay jeb jeff jeffrey
    jeremy jerry jim jimmy joe joel john jonathan jorge jose joseph josh joshua juan
    justin karl keith ken kenneth kevin kyle larry lee len leo lewis louis luis marc
    marco mark martin marty matt matthew michael miguel mike mitch mitt nate nathan newt
    nicholas nick oscar patrick paul pedro peter phil philip rand ralph randy ray reince
    ricardo richard rick rob robby robert rodney roger ron ronald ross roy rudy russ
    russell ryan sam samuel scott sean sergei seth stephen steve steven stuart ted terry
    thomas tim timothy todd tom tony travis trent tyler vernon victor vincent vladimir
    walter warren wayne will william willie xi barack bashar benjamin emmanuel olaf hans
    jürgen klaus wolfgang stefan andreas jens günter nicolas francois pierre jean
    antoine giovanni mario matteo pablo javier mohammed muhammad ahmed ali hassan omar
    abdul ibrahim yusuf kenji hiroshi shinzo
""")
FEMALE = word_set("""
    abigail alice alicia alison allison amanda amber amy ana andrea angela angelina ann
    anna anne annie ashley barbara becky beth betsy betty bonnie brenda carly carol
    carolina caroline catherine cathy charlotte cheryl chelsea christina christine cindy
    claire claudia condoleezza cristina cynthia dana danielle dawn deborah debbie debra
    denise diana diane donna dorothy elaine eleanor elena elizabeth ellen emily emma
    erica erin eva eve florence gabrielle gail gina gloria grace hannah heather heidi
    helen hillary hope irene ivanka jackie jan jane janet janice jean jennifer jenna
    jess jessica jill joan joanna jo joy joyce judith judy julia julie karen kate
    katherine kathleen kathy katie kayla kellyanne kelly kim kimberly kirsten kristen
    laura lauren leslie linda lisa lois loretta lori louise lucy lydia lynn madeleine
    maggie margaret maria marie martha mary megan melania melissa michelle mika molly
    monica nancy natalie nicole nikki nina olivia pam pamela patricia paula peggy
    phyllis rachel rebecca renee rita robin rosa rose ruth sally samantha sandra sara
    sarah sharon shelley sheryl sonia sophie stephanie susan suzanne sylvia tamara tammy
    teresa theresa tina tracy ursula valerie vanessa vera veronica victoria virginia
    wendy yvonne sanae ingrid heike petra sabine birgit ulrike katrin greta astrid ines
    marta lucia isabel fatima aisha leila yuki mei priya nadia olga svetlana tatiana
""")
MALE_WORDS = word_set("""
    mr sir lord congressman chairman spokesman businessman king prince pope father
    brother husband son man councilman alderman herr sprecher minister präsident
    fisherman monsieur señor uncle grandfather boy widower
""")
FEMALE_WORDS = word_set("""
    mrs ms miss lady dame congresswoman chairwoman spokeswoman businesswoman queen
    princess mother sister wife daughter woman councilwoman frau sprecherin ministerin
    präsidentin kanzlerin madame señora aunt grandmother girl widow
""")
#: Titles that are used for both sexes, whatever their form.
NEUTRAL_TITLES = word_set("minister präsident")
