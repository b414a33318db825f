/** How nine languages write a street with its number, a house without a street, and a box at the post. */
import { latin } from './latin.ts';
import { Expression } from './words/expression.ts';
import { Walk } from './words/walk.ts';

const CAP = String.raw`\p{Lu}[\p{L}\p{M}.'’-]{0,30}`;
export const NUMBER = String.raw`\d{1,5}(?: ?[-–/+] ?\d{1,4}(?:/\d{1,4})?)?(?: ?(?:(?![wvz] \p{Lu})[a-zA-Z](?![\p{L}\p{N}]|\.? ?\d)|bis\b|ter\b|quater\b)(?:/\d{1,3}|-\d{1,3}[a-z]?)?)?(?:[/-][A-Za-z](?![\p{L}\p{N}])|-(?:hs|huis|hoog|bv|bg|[IVX]{1,3})(?![\p{L}\p{N}]))?`;
const LINKS = String.raw`(?:(?:de la|de los|de las|de l['’]|de les|des|del|dels|della|delle|dello|dei|degli|dell['’]|de|du|di|da|do|dos|das|la|le|les|los|las|van|der|den|aux?|sur|en|d['’]|l['’]|e|y|i|im\.|gen\.|św\.|ks\.|płk\.|mjr\.|dr\.?|prof\.) ?){0,2}`;
const MORE = String.raw`${LINKS}(?:${CAP}|\d{1,2}(?= \p{L})|[IVX]{1,5}(?= \p{L}))(?:[ -]${LINKS}${CAP}){0,4}`;
/** Names of streets in small letters, as people type them. */
const SMALL = String.raw`\p{Ll}[\p{L}'’-]{1,20}(?: \p{Ll}[\p{L}'’-]{1,20}){0,3}`;
/** With an article, as "via delle rose": without one, too much of ordinary prose looks so. */
const SMALL_ROMANCE = String.raw`(?:d[aeio]l{0,2}[aeio]?s?|dos|das|de la|de los|las?|los) \p{Ll}[\p{L}'’-]{2,20}(?: \p{Ll}[\p{L}'’-]{1,20}){0,2}`;
const BEFORE_NUMBER = String.raw`(?:,? )`;
const NO = String.raw`(?:n\.?[ºo°]?\.? ?|núm\.? ?|nr\.? ?|numero |número )?`;
const SANS = String.raw`(?:s/n(?:\.?[ºo°])?|km\.? ?\d{1,4}(?:[.,]\d)?|[Ll]ote? \d{1,4}|snc)`;

const ENGLISH_TYPES = String.raw`Street|Track|Bypass|Str|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|Close|Crescent|Cres|Parkway|Pkwy|Highway|Hwy|Row|Gardens|Gdns|Mews|Hill|Green|Grove|Circle|Cir|Trail|Trl|Walk|Quay|Parade|Loop|Marg|Nagar|Chowk|Colony|Salai|Layout|Vale|Croft|Fold|Mead|Meadows?|View|Rise|Wharf|Yard|Alley|Pike|Plaza|Ridge|Crossing|Common|Heights|Park|Bend|Run|Path|Esplanade|Promenade|Embankment|Orchards?|Paddock|Gate|Turnpike|Expressway|Estate|Wynd|Brae|Bank|Hollow|Cove|Point|Landing|Glen|Villas|Drove|End|Side|Approach|Broadway|Cottages|Buildings|Arcade|Spur|Pass|Causeway|Strand|Haven`;
const ENGLISH_SMALL =
  'street|avenue|road|lane|drive|boulevard|court|close|crescent|terrace|gardens|place|grove|parkway';
/** Houses of flats, as India, Nigeria and others name them. */
const BLOCKS = String.raw`Apartments?|Towers?|Residency|Residences?|Heights|Society|Enclave|Complex|Nagar|Vihar|Colony|Bhavan|Niwas|Mansions?|Gardens?|Estate|Layout|Plaza|Homes|Flats|Chambers|Arcade|Buildings?|House|Court|Road|Street|Marg`;
const GERMANIC_ENDS = String.raw`straße|strasse|str\.|strasze|weg|platz|allee|gasse|(?<!\b[Ss]t)ring|damm|ufer|chaussee|steig|stieg|pfad|markt|graben|hof|brücke|promenade|straat|laan|plein|gracht|kade|dijk|singel|dreef|steeg|gatan|vägen|gränd|torget|stigen|allén|vej|gade|plantsoen|park|gränden|backen|kajen|stranden|esplanaden|-Str\.|-Straße|-Strasse|-Weg|-Platz|-Allee|-Ring`;
const FRENCH_TYPES = String.raw`[Cc]haussée|[Rr]ue|[Rr]\.|[Aa]venue|[Aa]ve?\.?|[Bb]oulevard|[Bb]l?v?d\.?|[Pp]lace|[Pp]l\.|[Aa]ll[ée]e|[Cc]hemin|[Cc]h\.|[Ii]mpasse|[Ii]mp\.?|[Qq]uai|[Cc]ours|[Rr]oute|[Rr]te|[Ss]quare|[Pp]assage|[Ss]entier|[Vv]oie|[Ff]aubourg|[Ff]bg|[Hh]ameau|[Rr]uelle|[Vv]enelle|[Ee]splanade|[Rr]ond-[Pp]oint|[Cc]it[ée]|[Vv]illa|[Tt]raverse|[Mm]ont[ée]e|[Cc]ôte|[Pp]romenade|[Ll]otissement|[Cc]los|[Pp]arvis`;
const SPANISH_TYPES = String.raw`[Cc]alle|C/|[Cc]\.|[Cc]arrer|[Cc]/|[Aa]venida|[Aa]vda\.?|[Aa]v\.|[Aa]vinguda|[Pp]aseo|[Pp]asseig|P\.º|[Pp]º|[Pp]laza|[Pp]laça|[Pp]za\.?|[Cc]arrera|[Cc]ra\.?|[Rr]onda|[Cc]amino|[Cc]arretera|[Cc]tra\.?|[Tt]ravesía|[Gg]lorieta|[Gg]ran V[ií]a|[Rr]úa|[Cc]allejón|[Cc]uesta|[Bb]ulevar|[Bb]arrio|[Uu]rbanización|[Uu]rb\.|[Cc]osta(?:nilla)?|[Aa]lameda|[Rr]ambla|[Pp]asaje|[Pp]olígono|[Jj]irón|[Cc]alzada|[Pp]rivada|[Dd]iagonal|[Tt]ransversal|[Cc]ircunvalación`;
const ITALIAN_TYPES = String.raw`[Vv]ia|[Vv]iale|[Vv]\.le|[Pp]iazza|[Pp]\.?zza|[Cc]orso|[Cc]\.so|[Vv]icolo|[Vv]\.lo|[Ll]argo|[Pp]iazzale|[Pp]\.le|[Ss]trada(?: [Pp]rovinciale| [Ss]tatale)?|[Cc]ontrada|[Cc]\.da|[Ll]ungomare|[Ll]ungotevere|[Ll]ungarno|[Rr]otonda|[Bb]orgo|[Ss]alita|[Cc]alle|[Ff]ondamenta|[Ff]razione|[Ff]raz\.|[Ll]ocalità|[Ll]oc\.|[Vv]ico|[Rr]iva|[Cc]ampo|[Tt]raversa|[Gg]alleria|[Pp]iazzetta|[Pp]asseggiata|[Rr]ampa|[Ss]alizada`;
const PORTUGUESE_TYPES = String.raw`[Rr]ua|R\.|[Aa]venida|[Aa]v\.?|[Tt]ravessa|[Tt]v\.|[Pp]raça|P[çc]a\.?|[Aa]lameda|[Aa]l\.|[Rr]odovia|[Rr]od\.|[Ee]strada|[Ee]str?\.|[Ll]argo|[Ll]go\.?|[Bb]eco|[Cc]alçada|[Cc]ç\.|[Qq]uinta|[Bb]airro|[Ll]adeira|[Vv]iela|[Pp]raceta|[Cc]aminho|[Ee]scadinhas|[Rr]otunda|[Pp]átio|[Ss]ítio|[Ll]ugar|[Uu]rbanização|[Vv]ia|[Cc]onjunto|[Cc]ond(?:omínio|\.)`;
const POLISH_TYPES = String.raw`[Uu]l\.?|[Uu]lic[aąyę]|[Aa]l\.|[Aa]lej[aeąiię]|[Pp]l\.|[Pp]lac(?:u)?|[Oo]s\.|[Oo]siedl[eau]|[Rr]yn(?:ek|ku)|[Bb]ulw(?:ar|\.)|[Ss]kwer|[Rr]ondo|[Ss]zosa|[Tt]rakt|[Zz]aułek|[Ww]ybrzeże`;

const FORMS = [
  // English
  String.raw`\d{1,5} (?:[NSEW]{1,2}\.? )?(?:\d{1,3}(?:st|nd|rd|th) (?:${ENGLISH_TYPES})(?!\p{L})|(?:County Road|State (?:Road|Route)|Highway|Hwy|Route|US|Farm Road|FM|CR|SR) \d{1,4}[A-Z]?)`,
  String.raw`(?:(?:Flat|Apt\.?|Unit|Plot|House(?: No\.?)?|H\.? ?No\.?|Suite|Door No\.?|Apartment) ?#?[A-Z0-9/-]{1,8},? |${CAP} (?:Cottage|House|Farm|Lodge|Villa),? )?\d{1,5}[A-Za-z]?(?:[-–/]\d{1,5})?,? (?:[NSEW]{1,2}\.? |North |South |East |West |Upper |Lower |Old |Great |Little )?(?:${CAP}|\d{1,3}(?:st|nd|rd|th))(?: ${CAP}){0,3} (?:${ENGLISH_TYPES})(?![\p{L}])\.?(?: (?:[NSEW]{1,2}|North|South|East|West)(?![\p{L}]))?`,
  String.raw`(?:Flat|Apt\.?|Unit|Plot|House(?: No\.?)?|H\.? ?No\.?|Suite|Door No\.?|Shop|Room) ?#?[A-Z0-9/-]{1,8},? (?:No\.? ?\d{1,4},? )?(?:\d{1,4}[A-Z]?,? )?(?:${CAP} ){1,3}(?:${ENGLISH_TYPES})(?!\p{L})`,
  String.raw`(?:(?:Flat|Apt\.?|Unit|House(?: No\.?)?|H\.? ?No\.?|Plot(?: No\.?)?|Door No\.?) ?)?(?:[A-Z]{1,2}[- /]?)?\d{1,4}(?:[/-]\d{1,4})?[A-Z]?, (?:${CAP} ){1,3}(?:${BLOCKS})(?!\p{L})(?:,? (?:Phase|Sector|Block|Lane|Cross|Main|Road) (?:No\.? ?)?[A-Z0-9]{1,4})?`,
  String.raw`(?:House|Plot|Flat|H\.?|Door) ?No\.? ?\d{1,5}[A-Z]?,? Sector[- ]?\d{1,3}(?:[- ]?[A-Z])?`,
  String.raw`Box \d{1,5}, (?:Rural Route|R\.? ?R\.?) ?#?\d{1,3}|(?:Rural Route|R\.? ?R\.?) ?#?\d{1,3},(?: Site \d{1,3},)? Box \d{1,5}`,
  String.raw`(?:\d{1,2}(?:-\d{1,3}){1,2}|\d{1,2}-chome[ ,]{1,2}\d{1,3}(?:-\d{1,3}){0,2}),? (?:${CAP},? ){0,3}?[A-Z][\p{L}]{1,20}(?:-(?:ku|shi|cho|machi|gun|son))(?:, ${CAP}){0,2}(?:,? 〒?\d{3}-\d{4})?`,
  String.raw`(?:${CAP} (?:Cottage|House|Farm|Lodge|Villa|Barn|Mill|Rectory|Vicarage|Hall|Manor)),(?: ${CAP}){1,3} (?:Street|Road|Lane|Drive|Avenue|Close|Hill|Way|Green)`,
  String.raw`(?:(?:Flat|Apartment|Apt\.?|Unit|c/o|Room) [^,\n]{1,30}, )?(?:(?:The )?${CAP}(?: ${CAP}){0,2}, ){1,2}(?:${CAP} ){1,3}(?:${ENGLISH_TYPES}),(?: ${CAP}){1,3},? [A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}`,
  String.raw`Lot \d{1,4}[A-Z]? (?:${CAP} ){1,3}(?:${ENGLISH_TYPES})(?!\p{L})|Sector[- ]\d{1,3}(?:[- ]?[A-Z](?!\p{L}))?(?=, \p{Lu})|BFPO \d{1,4}|PSC \d{1,4},? Box \d{1,5}|(?:Ffordd|Heol|Stryd|Sráid|Bóthar) ${CAP}(?: ${CAP}){0,2}`,
  String.raw`\d{2,5} block of (?:${CAP} ){0,3}${CAP}`,
  String.raw`(?:Room|Rm\.?|Flat|Studio) [A-Z]?\d{1,4}[A-Z]?,(?: (?:Hall|Block|Staircase|Floor|Level) [A-Z\d]{1,3},)? (?:${CAP} ){1,3}(?:Halls?|House|Court|Lodge|College|Residences?|Building|Inn)(?!\p{L})`,
  String.raw`(?:${CAP} ){1,2}(?:Lodge|Inn|Hotel|Motel|Suites|Hostel),? (?:[Rr]oom|[Rr]m\.?|[Uu]nit) \d{1,4}`,
  String.raw`Unit \d{1,4}[A-Z]?,? (?:${CAP} ){1,4}(?:Estate|Park|Centre|Center|Court|Yard|Works)`,
  String.raw`\d{1,5} (?:Broadway|Whitehall|Piccadilly|The [A-Z]\p{Ll}+)(?! \p{Ll})|(?:RR|HC) \d{1,3},? Box \d{1,5}`,
  String.raw`\d{1,5}[a-z]? ${SMALL} (?:${ENGLISH_SMALL})(?=,| (?:apt|unit|#))`,
  String.raw`\d{1,5}[a-z]? (?:(?:[nsew]|north|south|east|west)\.? )?${SMALL} (?:st|ave|rd|ln|dr|blvd|ct|pl|hwy)\.?(?=, (?:apt|unit|flat|ste|suite|#|\p{L}{3,20},? [a-z]{2}(?!\p{L}))| (?:apt|unit|#))`,
  // German, Dutch, Swedish: one word, or an adjective and a noun
  String.raw`(?:van (?:de[nr]? )?|het |[Dd]e )?(?:${CAP} ){0,3}\p{L}?[\p{L}\p{M}.-]{2,30}(?:${GERMANIC_ENDS}) ${NUMBER}`,
  String.raw`(?:${CAP} ){1,3}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Graben|Markt|Steig|Chaussee|Straat|Laan|Plein|Gracht|Weg|Kade|[Gg]atan|[Vv]ägen|[Gg]ata|[Vv]äg|[Gg]ränd|[Tt]org(?:et)?|[Ss]trand|[Ee]splanaden|[Hh]amngata[n]?|[Aa]llé|[Kk]aj) ${NUMBER}`,
  String.raw`(?:Laan|Plein|Weg|Burgemeester|Prins(?:es)?|Koning(?:in)?|Oude|Nieuwe|Achter|Onder|Sint|St\.) (?:(?:van|de|den|der|het|’t|'t) ){0,2}(?:${CAP}|\d{4})(?: ${CAP})? ${NUMBER}`,
  String.raw`(?:Am|An der|An den|An|Im|In den|In der|Auf dem|Auf der|Auf den|Unter den|Unter der|Zum|Zur|Beim|Bei der|Bei den|Hinter dem|Hinter der|Vor dem|Vor der|Hinterm|Vorm|Über den|Alte|Alter|Altes|Neue|Neuer|Obere|Oberer|Untere|Unterer|Hohe|Lange|Kurze|Große|Kleine|Breite) ${CAP}(?: ${CAP})? ${NUMBER}`,
  String.raw`gamla \p{Ll}{3,20} ${NUMBER}`,
  // French
  String.raw`(?:\d{1,4}(?:[-–/]\d{1,4})?(?: ?(?:bis|ter|quater|[A-Z])(?!\p{L}))?,? )(?:${FRENCH_TYPES})(?!\p{L}) ?(?:${MORE}|${SMALL}(?=,|\n|$))`,
  String.raw`(?:[Rr]ue|[Cc]hemin|[Aa]venue|[Rr]oute|[Bb]oulevard|[Pp]lace|[Aa]llée|[Qq]uai) ${MORE},? ${NUMBER}`,
  String.raw`[Ll]ieu-?dit ["«]? ?${MORE}`,
  // Spanish
  String.raw`(?:(?:${SPANISH_TYPES}) ?${MORE}|(?:calle|avenida|plaza|paseo|camino) ${SMALL_ROMANCE})${BEFORE_NUMBER}(?:${NO}${NUMBER}|${SANS}|casa \d{1,4})`,
  // Italian
  String.raw`(?:(?:${ITALIAN_TYPES}) ${MORE}|(?:via|viale|piazza|corso|vicolo) ${SMALL_ROMANCE})${BEFORE_NUMBER}(?:${NO}${NUMBER}|${SANS})`,
  // Polish
  String.raw`(?:(?:${POLISH_TYPES}) ?${MORE}|ul\. ?${SMALL}) ${NUMBER}`,
  String.raw`Rynek(?: ${MORE})? ${NUMBER}`,
  // Portuguese
  String.raw`(?:(?:${PORTUGUESE_TYPES}) ${MORE}|(?:rua|avenida|travessa|praça) ${SMALL_ROMANCE})${BEFORE_NUMBER}(?:${NO}${NUMBER}|${SANS})`,
  String.raw`(?:[Rr]odovia|[Rr]od\.|[Ee]strada|[Cc]arretera|[Cc]tra\.?|[Rr]uta(?: [Nn]acional| [Pp]rovincial)?|[Rr]oute) (?:[A-Z]{1,3}[- ]?)?\d{1,4},? [Kk][Mm]\.? ?\d{1,4}(?:[.,]\d)?`,
  String.raw`S[QHC][NSRW]{1,2} \d{1,3}`,
  // Norwegian, Finnish, Hungarian, Turkish, Romanian, Czech, Croatian
  String.raw`(?:${CAP} ){1,3}(?:gate|gata|vei|veien|plass|ulica|cesta|trg|sokak|caddesi) ${NUMBER}`,
  String.raw`(?:\d{4} ${CAP}(?:[ -]${CAP})?, )?(?:${CAP} ){1,3}(?:utca|u\.|út|útja|tér|tere|körút|krt\.|köz|sétány|sor|fasor|rakpart) ${NUMBER}\.?`,
  String.raw`\p{Lu}\p{Ll}{2,20}(?:gata|veien|katu|intie|kuja|kaari|polku|bakken|stræde) ${NUMBER}`,
  String.raw`(?:${CAP} ){1,3}(?:(?:Mahallesi|Mah\.),? (?:(?:${CAP} ){1,3}|\d{1,5}\.? ))?(?:Caddesi|Cad\.|Sokak|Sokağı|Sok\.|Sk\.|Bulvarı|Mah(?:allesi|\.)),? (?:No ?[:.]? ?)?${NUMBER}`,
  String.raw`(?:[Ss]tr(?:ada|\.)|[Bb]d\.|[Bb]ulevardul|Calea|[AaȘșSs](?:leea|os(?:eaua|\.))) ${MORE},? (?:[Nn]r\.? ?)?${NUMBER}`,
  // Boxes
  String.raw`(?:P\.? ?O\.? ?Box|GPO Box|Locked Bag|Private Bag|PMB|Postfach|Boîte [Pp]ostale|B\.?P\.?|CS|TSA|Apartado(?: de [Cc]orreos| [Pp]ostal)?|Apdo\.?(?: de [Cc]orreos)?|Casella [Pp]ostale|Postbus|Skrytka [Pp]ocztowa|[Ss]kr\.? ?[Pp]oczt\.?|Caixa [Pp]ostal|Postboks|Pb\.|Posta [Kk]utusu|P\.? ?K\.(?= \d{1,5},? \d{5})|Casilla(?: de [Cc]orreos?)?|[Pp]oštovní přihrádka|Box(?=[ ]\d{1,5},? ?\n?(?:SE-)?\d{3} ?\d\d)) ?(?:n\.?[ºo°]? ?|nr\.? ?)?\d{1,4}(?: ?\d{2,3}){0,2}(?:-\d{5}(?!\d))?(?!\d? ?/ ?\d)`,
];

const walk = new Walk();

/** Each an address by itself. One pattern of them all would take V8 half a second to compile. */
export const STREETS: readonly Expression[] = FORMS.map(
  (form) => new Expression(new RegExp(latin(String.raw`(?<![\p{L}\p{N}.-])(?:${form})(?![\p{L}\p{N}])`)), { walk }),
);

/** Streets without a number, each from a place on: only where a word says that somebody lives there. */
export const STREET_ALONE: readonly RegExp[] = [
  String.raw`(?:${CAP} ){1,3}(?:${ENGLISH_TYPES})`,
  String.raw`(?:${CAP} )?\p{Lu}[\p{L}-]{2,24}(?:${GERMANIC_ENDS})`,
  String.raw`(?:${CAP} ){1,2}(?:Straße|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Markt|[Gg]atan|[Vv]äg(?:en)?|[Gg]ata|[Gg]ate|[Vv]ei)`,
  String.raw`(?:Am|An der|An den|Im|In der|Auf dem|Auf der|Unter den|Zum|Zur|Beim|Alte|Neue|Lange|Hohe|Laan van) ${CAP}(?: ${CAP})?`,
  String.raw`(?:${FRENCH_TYPES}|${SPANISH_TYPES}|${ITALIAN_TYPES}|${PORTUGUESE_TYPES}) ?${MORE}`,
  String.raw`(?:${POLISH_TYPES}) ?${MORE}`,
].map((form) => new RegExp(latin(String.raw`(?:${form})(?!\p{L})`), 'y'));

/** Without one of these in it, no stretch of text holds any of the forms above. */
export const HINT = new RegExp(
  latin(
    String.raw`(?<!\p{L})(?:${ENGLISH_TYPES}|${ENGLISH_SMALL}|County Road|Route|Hwy|US|FM|CR|SR|RR|HC|Whitehall|Piccadilly|The|${FRENCH_TYPES}|[Ll]ieu-?dit|${SPANISH_TYPES}|${ITALIAN_TYPES}|${POLISH_TYPES}|${PORTUGUESE_TYPES}|S[QHC][NSRW]{1,2}|P\.? ?O|GPO|Box|Locked|Private|PMB|Postfach|Boîte|B\.?P|CS|TSA|A(?:partado|pdo)|Casella|Postbus|[Ss]kr|Caixa|block of|Halls?|Lodge|College|Residences?|Inn|Hotel|Motel|Suites|Hostel|Postboks|Pb|Posta|P\.? ?K|Casilla|[Pp]oštovní|Laan|Plein|Weg|Burgemeester|Prins(?:es)?|Koning(?:in)?|Oude|Nieuwe|Achter|Onder|Sint|A[mn]|I[mn]|Auf|Unter|Zu[mr]|Bei[m]?|Hinter[m]?|Vor[m]?|Über|Alte[rs]?|Neuer?|Oberer?|Unterer?|Hohe|Lange|Kurze|Große|Kleine|Breite|gamla|Straße|Strasse|Platz|Allee|Gasse|Ring|Damm|Ufer|Graben|Markt|Steig|Straat|Gracht|Kade|[Gg]atan|[Vv]ägen|[Gg]ata|[Vv]äg|[Gg]ränd|[Tt]org|[Ss]trand|[Hh]amngata|[Aa]llé|${BLOCKS}|Sector|Rural|[Gg]at[ea]|vei|veien|plass|utca|út|útja|tér|körút|[Uu]lica|cesta|trg|sokak|Caddesi|Cad|Sok|Sk|Bulvarı|Mah|Mahallesi|Str|Strada|Bulevardul|Calea|st|ave|rd|ln|dr|blvd|ct|pl|hwy|Box|chome)(?!\p{L})|-(?:ku|shi|cho|machi|gun|son)(?!\p{L})|chome|BFPO|PSC|Ffordd|Heol|Stryd|Sráid|Bóthar|Rynek|(?:${GERMANIC_ENDS}|gata|veien|katu|intie|kuja|kaari|polku|bakken|stræde)(?= \d)`,
  ),
);

/** A house without a street, up to its number: only with a postcode or a flat behind it, or a word for "address" before. */
export const HOUSE = new RegExp(
  latin(
    String.raw`(?<![\p{L}\p{N}.,-])(?:(?:${CAP} ){0,3}\p{Lu}\p{Ll}[\p{L}\p{M}.'’-]{1,30} |(?:\p{Ll}[\p{L}-]{3,30} ){1,3}|[A-Z]{1,2} ?\d{1,2},? )$`,
  ),
);
/** A house's number before its name: "18 Pelham". */
export const HOUSE_BEHIND = new RegExp(latin(String.raw`\d{1,5}[A-Za-z]?,? (?:${CAP} ){0,3}${CAP}(?=,|\n)`), 'y');
