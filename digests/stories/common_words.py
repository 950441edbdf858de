"""How ordinary a word is in English news, known beforehand; counts nothing itself.

The weight of a word must not depend on the day's articles alone: where one big story
fills the day, its own names would look ordinary and lose their weight. So the words
that news uses all the time are listed here in four ranks, written down by hand from
everyday usage (no corpus, no third party's table); a word that is in none of them is
taken to be rare and telling.
"""

#: Words that say nothing about the event.
_EMPTY = """
a about above across after again against ago all almost along already also although
always am amid among an and another any anyone anything are around as at away back
be became because become been before behind being below besides between both but by
can cannot could did do does doing done down due during each either else enough even
ever every everyone everything few for from further get gets getting go goes going
gone got had has have having he her here hers herself him himself his how however i
if in including indeed instead into is it its itself just keep least less let like
likely look looks made make makes making many may maybe me might more most much must
my near nearly need neither never next no nobody none nor not nothing now of off
often on once one only onto or other others our out over own per perhaps put quite
rather really s said same saw say saying says see seem seems seen set several shall
she should since so some someone something soon still such t take taken takes taking
tell tells than that the their them themselves then there these they thing things
this those though through throughout thus to today together told tomorrow tonight
too took toward towards under until up upon us use used uses using very via want
wants was way we well went were what whatever when where whether which while who
whole whom whose why will with within without would yes yesterday yet you your
monday tuesday wednesday thursday friday saturday sunday
mr mrs ms dr re ve ll d m don didn doesn isn wasn aren won
"""
EMPTY = frozenset(_EMPTY.split())

#: Words of almost every front page.
_EVERYDAY = """
according american americans amp ahead announce announced announces anniversary asks
ask asked april august available bad best better big biggest breaking bring brings
call called calls change changes city come comes coming company could country day
days deal december despite early end ends exclusive expect expected expects face
faces fall falls fans february final find finds first five former found four free
full give gives good government great group half help helps high higher hit hits
home hour hours house inside issue issues january join july june key know large
largest last late latest launch launches lead leader leaders leads left life line
little live long look lost low lower major man march market men million billion
minute minutes money month months move moves name named national new news night
november number october official officials old open opens part past pay people
place plan plans play point possible president price prices public question
questions raise raises read ready real reason reasons record release released
releases report reported reports return returns review right rise rises run runs
second sees september set seven show shows side sign small special start starts
state statement states step stop story study support ten test third three time
times top top try turn turns two unveil unveils update updated video view war watch
week weekend weeks white win wins woman women wonder work working works world worst
year years york young
"""
EVERYDAY = frozenset(_EVERYDAY.split())

#: Words that many stories of a week share.
_FREQUENT = """
access accused act action actor add added adds age agency agree agreed agreement
agrees aim aims air album alleged allow allows amazing analysis analyst analysts app
appeal appear appears apps area army arrest arrested attack attacks attempt attorney
authorities average award awards baby ban bank banks base battle beat beats begin
begins behavior believe bid bill black block blue board body book books boost border
boss box boy break brings britain british brother budget build building business
buy campaign cancer candidate car care career cars case cases cast cause caused
causes celebrate celebrity center central centre ceo chance charge charged charges
chief child children china chinese choice claim claims close closer club collapse
college comment comments companies concern concerns confirm confirmed confirms
congress consider considers contract control conference cost costs council
countries county couple court cover create crime crisis critics crowd cup current
customer customers cut cuts daily damage data date daughter dead deadly deaths death
debate debt debut decide decision decline declines defence defense delay demand
demands department design details die died dies digital director disease doctor
doctors dollar dollars draw dream drive driver drop drops drug drugs earlier earn
earth economic economy education effort efforts election elections emergency
employee employees energy environment episode euro europe european event events
evidence executive experience experts expert explain explains eye family famous far
father fear fears feature features federal feel festival fight fights figure
figures film films financial fire firm firms fix focus follow following food
football force forced forces foreign france french front fund funding future gain
gains game games gas general german germany giant girl girls global goal gold
group growing growth guide gun guy happy hard head health hear heart held hold
holds hollywood hope hopes hospital host hot human idea image images impact
important include includes increase increases independent india indian individual
industry information injured injury insurance interest international internet
interview investigation investor investors involved iran iraq island israel items
japan japanese job jobs john judge justice kids kill killed killing kills kind king
lack land language launched law lawmakers laws lawsuit lawyer leading league learn
leave leaves legal letter level levels light link linked list local london longer
lose loses loss losses love main manager map mark marks mass matter media medical
meet meeting member members message middle military minister miss mobile model
morning mother movie movies music names nation nations nearby network
north offer offers office officer officers oil online operation opening order
orders outside owner pair paper parents park party patients peace pennsylvania
percent performance period person phone photo photos pick pictures planned player
players police policy political poll poor popular post posts pound power premier
prepare prepares presence present pressure prime prison private probe problem
problems product production products profit profits program programme project
promise property protect protest protests prove provide pull pulls push pushes
quarter race radio rate rates reach reaches reality recall recent recently recovery
red region release remain remains remove rep report require research
researchers resident residents response rest result results reveal revealed reveals
risk risks road role room round rule rules russia russian safe safety sale sales
san saves save schedule school schools science scientists score sea search season
seat secret secretary security seek seeks sell sells senate senator send senior
serious service services share shares shock shooting shop shot sister site situation
six social society software son song source sources south space speak speaks
speech spend spending sports spot spring staff stage stand star stars station
stay stays stock stocks store stores storm strategy street strike strong student
students success suffer suggest suggests summer surprise survey suspect suspected
system talk talks target tax team tech technology teen television term terms
texas thousands threat threatens ticket title total tough tour town track trade
trading traffic trailer training travel trial trip trouble true tv union united
university user users value victim victims victory visit voice vote voters
wall warn warning warns washington water weak weather web website weight west
wife winner winter word words worker workers worried worry worth write wrong
"""
FREQUENT = frozenset(_FREQUENT.split())

#: Words of a beat (markets, phones, medicine, show business): ordinary, not empty.
_KNOWN = """
abortion academy account acquire acquires acquisition activity actress adult advance
advice africa african aid aide airline airlines airport alert alive allegations
alliance ambassador america analyst android announcement apple approval approve
approved approves arms art artist asia asian asset assets atlanta audience australia
australian author auto automaker babies band bar baseball basketball beach bear
beautiful beauty bed benefit benefits beyonce birth birthday blast blood boat bodies
bomb bond bonds boston brain brand brands brazil bridge broadcast brothers bus
buyers cable california camera cameras canada canadian capital card cardinals cards
carrier cash cat catch celebrates cell cells chain chairman challenge challenges
champion championship channel chicago chip christian christmas church cia citizens
civil class clean clear climate clinical clinton coach coal coast cold collection
comedy comic command commission commissioner committee communications community
comparison competition complaint computer concert condition conditions conflict
connection conservative construction consumer consumers contact content contest
convicted cool corporate corruption courts crash credit creator criminal critical
cross culture cuba currency cyber dad dance danger dangerous dark dating deficit
democrat democrats detroit device devices diabetes diet discovery discuss disney
divorce documents dog dogs domestic dow draft dress drinking drivers dropped
earnings earthquake ebola economist editor egypt electric electronic engine
engineers england english entertainment equal equity estate ethics evening
exchange executives expand expands experiment exports facebook facility factory
failed fail fails failure families fan farm fashion fast fat fbi fda fed female
field filing filed files fine finance fined fish flight flights flood florida flu
fly forecast format founder fox fuel funds funeral funny gallery gay gender george
georgia google governor grand green ground gulf guilty hacked hair hall hand harry
hate heat heavy hearing helicopter hero highest highway hiring historic history
holiday holidays homes honor horse hotel housing hurricane illegal illinois
immigration imports income india inflation infection initial injuries insider
inspired intelligence introduces invest investigators investment iphone ipad ireland
iron isis israeli italy jackson jail james jersey jesus joe joint jones joke
journal journalist jump jumps jury juvenile kardashian kate killer kim kiss korea
labor labour lady lake latin launching legend liberal license limit limits linux
loan loans lottery louis lunch mail male manufacturing margin marijuana marine
marriage married martin mary match mayor meal meals meat medicine memory mental
merger metal mexico michael michigan microsoft mid miles militants mine minnesota
missing mission missile missiles mistake mobile mom moon mortgage mosquito moscow
mount mountain mouse murder museum muslim mystery nasa nature navy net netflix
nfl nuclear nurse obama ohio olympic olympics opinion opposition organization
original outbreak owners oxygen pacific pain palestinian parent paris parliament
passenger passengers patent patient paul payment payments pension permit personal
peter philippines physical pilot pipeline pitch planet plane planes plant plants
platform pope population port potential practice prayer pregnant prescription press
preview prince princess prize profile progress prosecutors prosecutor protection
protesters proposal proposed proposes providers publisher purchase queen quit
quarterly racial rail rain rally range ranking rape rating ratings reaction reader
rebels recession reduce reduces referendum reform refugees regulator regulators
reject rejects relationship religious rent rescue rescued resign resigns
restaurant restaurants retail retailer retailers retire retirement revenue revenues
rich ride rights river robot rock royal rumor rumors rumours sanctions
satellite saudi scandal scene screen seattle sector secure selling sentence
sentenced series session sex sexual shareholders ship shoot shopping shows shut shutdown
sick signs singer skin sleep slow smart smartphone smartphones smoke smoking snow
solar soldier soldiers solution songs sony soul sound spain speed spread square
stadium stake standard startup status steel stephen stolen strategic streaming
stream student style subscribers sun sunday super supply supreme surgery surge
survive survivor suspend suspended sweet swim switzerland syria tablet taiwan
taliban taylor tea teacher teachers tests theater theatre thousand tie tim tiny
titles tobacco tokyo tom tools touch tourist toy train transit transport treasury
treatment treat trend troops truck trucks trump twitter type uk ukraine unemployment
unit upgrade usa vaccine valley van vehicle vehicles version viewers village
violence virginia virus visa visitors volume vs wage wages waiting walk walking
warm waste weapon weapons wedding welcome wind window windows wireless witness
worldwide wounded yahoo youtube zone
"""
KNOWN = frozenset(_KNOWN.split())
