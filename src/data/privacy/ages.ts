/** How some fifteen languages say that a number is somebody's age. */
import { Expression } from './words/expression.ts';

/** Over 89. */
const HIGH_AGE = String.raw`9\d|1[01]\d|12[0-5]`;

/** What follows an age: "years old", "-jährige", "anni", "lat"; by what ends the word, so that each end is compiled once. */
const BEHIND = String.raw`[\s-]{0,2}(?:years?[\s-]old|years? of age|year[\s-]olds?|y\.o\.|y/o|añeros?|latk\w{1,3}|J\.?(?=[\s),;]|$)|l\.(?=[\s,;)])|jhg\.?|-?jähr(?:ig\p{L}{0,2}|\.)|years? young|ročn[áýí]|-?års(?:dag|jubil)\p{L}{0,4}|(?:yrs?\.?(?: ?old)?|yo|jahren?|jährige?[rnsm]?|ans|años?|año|anni|enne|enni|jaar|jarige|lata?|letni\p{L}{0,3}|år|åri?ngs?|årig[at]?|års|anos|lj\.?)\b|(?:lat(?:ek|ków|kiem)|årige[nr]?|letech|let[áýéo]?(?:ho|u|m)?|rok[yůu]?|yaş\p{L}{0,8})(?!\p{L}))`;
/** Says by itself that an age follows. */
const LABELS = String.raw`(?:oldefar|oldemor|bestefar|bestemor|morfar|mormor|farfar|farmor|mand|kvinde|mann|kvinne|man|kvinna) på|täyttää|täytti|aged?|age at death|patient age|alder|i en alder a[fv]|i alderen|věk|ve věku|stáří|yaşı?|leeft(?:ijd)? van|aa\.|age of|age is|at age|alter|im alter von|alters|âge|âgée? de|agée? de|à l['’]âge de|edad(?: de)?|la edad de|età(?: di)?|di anni|idade(?: de)?|leeftijd(?: van)?|wiek|w wieku|ålder|åldern|(?<=[,(;|] ?)(?:lat|anni|años)(?= \d)|jahre alt:`;
/** Tells an age where nothing that is counted follows. */
const VERBS = String.raw`(?:heißt|lebt|wohnt|sitzt)(?: \p{L}{2,12}){0,4} und ist|to be|(?:wird|wurde) (?:am|im|an|zu|gestern|heute|morgen|bald|jetzt|nächste\p{L}{1,2}|letzte\p{L}{1,2}|kommende\p{L}{1,2})(?: \p{L}{3,12}){0,2}|reach(?:ed|es|ing)?|would have been|lived to(?: be)?|passed away at|nearly|almost|blev|bliver|blir|ble|fylder|fyldte|fylte|oslavila?|slaví|dovršila?|(?:je|bude|bylo) (?:jí|mu|mi)|aos|a los|tenía|tiene|tem|tinha|faz|fez|fará|va a cumplir|avait|(?:elle|il|en|j['’]) ?(?:a|ai)|aura|(?:ne )?(?:ha|fa|compirà)|mit(?=\s\S{2,12}\s(?:noch|Jahren))|bin|ukończyła?|babcia ma|dziadek ma|turned|turns|turning|died at|passed away at|passed(?: away)? aged|(?:celebrat|mark)(?:es|ed|ing) (?:her|his|their)|wurde(?: im \p{L}{3,9})?|verstarb mit|starb mit|gestorben mit|werd(?: in \p{L}{3,9})?|(?:wordt|wird|turns|turned|will be|fyller|fylder|cumple|compie|faz|kończy)(?: (?:am|on|op|den|el|il|em|no|dia|next|this|am kommenden|volgende))?(?: \p{L}{3,12},?)?(?: (?:the )?\d{1,2}(?:st|nd|rd|th|\.)?)(?: (?:of|de))?(?: \p{L}{3,10})?|wordt|fyllde|fyller|cumpl(?:e|en|ió|ía|irá)|compi(?:e|uto|rà|ono)|complet(?:a|ou|ará)|ma już|kończy|skończył[ay]?|obchodzi|fête ses|fêtera ses|fait ses|tiene ya`;
const ENDS = String.raw`(?=[.;!?)"”“»]|,\s|$|\s(?:på )?(?:mån|tis|ons|tors|fre|lör|sön|man|tirs|lør|maan|dins|woens|donder|vrij|zater|zon|mon|diens|donners|frei|sams|sonn)[dt]ag(?!\p{L})|\s(?:if|so|who|which|in|im|on|last|this|next|and|und|en|och|i|e|y|et|when|today|yesterday|already|now|w|we|oraz|am|den|op|el|il|em|le|al|no|dia|spielt|lebt|lives?|vive|vit|woont|bor|geworden|på|tanzt|jahre|og|ve|a|ha|but|but still|noch|nog|still|jahre|na|v)(?!\p{L}))`;
const PERSON = String.raw`(?:\b(?:I am|I['’]m)(?: now| already| almost| nearly)?|\b(?:he|she|who|they|(?:great-)?grand?dad|(?:great-)?gran|great-grand(?:mother|father|ma|pa)|great-nan|mother|father|grandmother|grandfather|grandma|grandpa|aunt|uncle|widow|widower|patient|claimant|resident|applicant|witness|tenant|neighbou?r|client|pensioner|nan|granny|(?:(?:mr|mrs|ms|miss)\.?|(?:great-)?(?:aunt|uncle|auntie)|nana?|nanna|granny|gran|grandma|grandpa|granddad|grandad|cousin|sister|brother) \p{L}+)(?:,? [^.,;:()\n]{2,30},)?(?: is| was|['’]s|['’]ll be|['’]d be| will be| would be| must be)(?: now| already| almost| nearly)?|\b(?:sie|er|(?:oma|opa|uroma|uropa|tante|onkel) \p{L}+|oma|opa|mutter|vater|patientin|patient|großmutter|großvater|uroma|uropa|bruder|schwester|tante|onkel|bewohner(?:in)?|klägerin?|zeug(?:e|in)|nachbar(?:in)?|mieter(?:in)?|versicherte|(?:herr|frau|hr\.|fr\.)(?: \p{L}{1,5}\.){0,2} \p{L}+,?)(?:,? [^.,;:()\n]{2,30},| \p{L}{3,14})? (?:ist|war|wird)(?: jetzt| schon| bereits| fast)?|\b(?:ich|bin ich|je|jeg|hun|han|min (?:mor|far|mormor|farmor)|mor|far|(?:fru|hr\.?|herr) \p{L}+) (?:bin|er|var|blev|ble)(?: nu| nå| jetzt| schon)?|\b(?:ik|ze|zij|hij|(?:oma|opa|tante|oom)(?: \p{L}+)?|(?:mijn |schoon)?(?:moeder|vader)|patiënte?|bewoner|bewoonster|cliënte?|(?:mevrouw|meneer|dhr\.?|mw\.?)(?: \p{L}+){1,3}) (?:ben|is|was|wordt)(?: nu| al| bijna)?|\b(?:jag|hon|han|mamma|pappa|mormor|morfar|farmor|farfar|patienten|tant \p{L}+|(?:herr|fru|mormor|farmor|morfar|farfar) \p{L}+) (?:är|var|blir|blev|fyller|fyllde)(?: nu| redan)?)`;
/** "Grandpa, 94, fell", "opa (96)". */
const RELATIVE = String.raw`(?:decedent|deceased|testator|petitioner|plaintiff|defendant|caller|passenger|pedestrian|cyclist|occupant|man|woman|lady|gentleman|dad|mum|mom|nan|gran|papa|grandpa|grandma|granny|grandfather|grandmother|mother|father|aunt|uncle|widow|widower|pensioner|resident|patient|driver|victim|mann|frau|oma|opa|großmutter|großvater|mutter|vater|tante|onkel|witwe[r]?|rentner(?:in)?|patient(?:in)?|nachbar(?:in)?|homme|femme|dame|monsieur|grand-mère|grand-père|mère|père|veuve|veuf|retraitée?|voisine?|patiente?|hombre|mujer|señora?|abuel[oa]|madre|padre|viud[oa]|jubilad[oa]|vecin[oa]|uomo|donna|signora?|nonn[oa]|vedov[oa]|pensionat[oa]|homem|mulher|senhora?|av[óô]|mãe|pai|viúv[oa]|reformad[oa]|vizinh[oa]|man|vrouw|moeder|vader|weduwe|buurvrouw|buurman|mężczyzna|kobieta|babcia|dziadek|matka|ojciec|wdowa|emerytka?|sąsiadka?|kvinna|kvinnan|mannen|hyresgästen \p{L}+|patienten|mormor|morfar|farmor|farfar|mamma|pappa|änka|pensionär|granne|bewoner|bewoonster|donor|member|volunteer|claimant|applicant|customer|client|oldefar|oldemor|bestefar|bestemor|farfar|mormor|isoäiti|isoisä|mummo|ukki|pradědeček|prababička|dědeček|babička|nagymama|nagypapa|bunica|bunicul|dede|nine|büyükanne|büyükbaba|γιαγιά|παππούς)`;
const NO_COUNT = String.raw`(?![\d.,%:/]\d|\d|\s?[%°€$£-]|\s?(?:mm|cm|km|kg|mg|m|euros?|stück|prozent|percent|per cent|procent)(?!\p{L}))`;

const named = (name: string): string => String.raw`(?<${name}>${HIGH_AGE})`;

/** A high age beside what tells that it is one; the number is their only named group that matched. */
const FORMS: readonly Expression[] = [
  new RegExp(
    [
      String.raw`(?<![\p{L}\p{N}.,])${named('behind')}(?=${BEHIND})`,
      String.raw`(?<![\p{L}\p{N}])(?:${LABELS})\s{0,2}[:=|]?\s{0,2}${named('label')}${NO_COUNT}`,
      String.raw`(?<![\p{L}\p{N}])(?:${VERBS})\s${named('verb')}${ENDS}`,
      String.raw`${PERSON}\s${named('person')}${ENDS}`,
      String.raw`(?<!\p{L})at\s${named('when')}(?=,?\s(?:he|she|my|his|her)\b)|(?<!\p{L})mit\s${named('since')}(?=\s\p{L}{2,12}\s(?:sie|er|die|der|meine?)\b)`,
      String.raw`(?<![\p{L}\p{N}.,])${named('celebrated')}(?=(?:st|nd|rd|th|\.|e|er|º|ª|°|ème|:an|:e|-års)?\s(?:birthday|geburtstag|cumpleaños|compleanno|verjaardag|urodzin\p{L}{1,2}|aniversário|anniversaire|födelsedag|fødselsdag|bursdag|narozenin\p{L}{1,3}|doğum günü|yaş günü|syntymäpäiv\p{L}{1,3}))`,
      String.raw`(?<![\p{L}\p{N}.,])${named('year')}(?=(?:th|st|nd|rd|\.|º|ª|°|e|ème|:e|:a)? (?:year(?= of (?:her|his|their) life|[.,;)]|$)|lebensjahr|levensjaar|levnadsår|leveår|roku życia|année(?= de sa vie|[.,;)]|$)|año de vida|anno di (?:vita|età)|ano de vida|narozenin\p{L}{1,3}|doğum günü|yaş günü))`,
      String.raw`(?<!\p{L})(?:die|der|wie|who|qui|que|che|som|která|který)(?: (?:nu|inmiddels|is|est|é|è|er|är))?\s${named('which')}(?=(?: (?:is|was|wordt|ist|war|wird))?(?:[.,;)]|$| (?:is|was|wordt|ist|war|wird)(?!\p{L})))`,
      String.raw`(?<!\p{L})(?:hombre|mujer|varón|pte\.?|paciente|patiente?|paziente|abuel[oa]|nonn[oa]|moeder|vader|oma|opa|doña \p{L}+,?|dona \p{L}+,?) (?:de|van|di) ${named('of')}(?= ?a\.?(?=[\s,;).]|$)|[.,;)]|$)`,
      String.raw`(?<!\p{L})(?:retired|former|ehemalige[rs]?|pensionierte[rs]?|ancien(?:ne)?|jubilad[oa]|aposentad[oa]|gepensioneerde?|emerytowan[ya]|pensionerad)(?: \p{L}+){0,2}, ${named('former')}(?=[,;)])`,
      String.raw`(?<!\p{L})${RELATIVE}(?: \p{L}+)?(?:, | \(| )${named('relative')}(?=\)|,|;|\.(?:\s|$)|$| (?:ans|yrs|J|l)\b)`,
      String.raw`(?<![\p{L}\p{N}.,])${named('already')}(?= (?:already|now)[.,;])`,
      String.raw`(?<=(?<!\p{L})(?:lived(?: on)?|made it) to \d{2,3} and )${named('both')}(?!\d)`,
      String.raw`(?<!\p{L})(?:oldest|eldest|youngest) (?:\p{L}+ ){1,4}(?:ever )?(?:had|was|is|seen),? ${named('eldest')}(?=[ ,.;])`,
      String.raw`(?<!\p{L})\p{L}+(?:ovi|ce|če|ě|ně|ině) je ${named('dative')}(?= a |[,.;]|$)`,
      String.raw`(?<!\p{L})(?:, now|centenarian of|nonagenarian of|nonagénaire de|centenaire de|centenari[oa] de|nonagenari[oa] de|ultranovantenne di|centenario di)\s${named('now')}(?=[.,;)]|$)`,
      String.raw`(?<!\p{L})(?:herman[oa]|irm[ãa]o?|sœur|soeur|frère|sorella|fratello|madre|mère|mãe|padre|père|pai|abuel[oa]|tí[oa]) de ${named('kin')}(?=[.,;)]|$)`,
      String.raw`(?<!\p{L})(?:älteste|jüngste|oldest|eldest|ältester)[nr]? (?:\p{L}+ ){1,3}(?:ist|is|war|was) ${named('oldest')}${ENDS}`,
      String.raw`(?<=(?:['’]s|(?<!\p{L})(?:her|his|their|my|our)) )${named('party')}(?=(?:st|nd|rd|th)(?: (?:is|was|on|at|last|this|next|coming|party)(?!\p{L})|[.,;!)]|$))`,
      String.raw`(?<=(?<!\p{L})(?:ist|wird|wurde|ward|heuer|jetzt|gestern|heute|ja|gerade) )${named('become')}(?= geworden)|(?<=(?<!\p{L})(?:die|der) ist )${named('lives')}(?= und )|(?<=(?<!\p{L})(?:ist|war|wird|wurde) (?:sie|er) )${named('since_then')}(?=(?: Jahre)? (?:und|geworden)(?!\p{L})|[.,;])`,
      String.raw`(?<=(?<!\p{L})in (?:her|his|their) nineties,? \(?[^\d\n]{0,12})${named('nineties')}(?![\d%])`,
      String.raw`(?<=\p{L}[,(] )${named('noted')}(?= ?(?:a|v|jr)[,.;)])|(?<=(?<!\p{L})(?:con (?:sus|i suoi)|com (?:os )?seus|cu cei) )${named('with')}(?=[,.;)]| \p{L})`,
      String.raw`(?<=betölt(?:ötte|i) a )${named('full')}(?=-)|(?<=έκλεισε τα )${named('closed')}(?!\d)`,
      String.raw`(?<!\p{L})(?:ex-\p{L}+|veteran|retired|rentner|pensionär|rüstig), ${named('veteran')}(?=,)`,
      String.raw`(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19[0-3]\d|[0-3]\d)|19[0-3]\d-\d\d-\d\d)\s?[|;,(]\s?(?:age:? ?)?${named('column')}(?=\s?[|;,)])`,
    ].join('|'),
    'giu',
  ),
  // With capitals told from others: "Horst Lohmann (94)", "Herr Lohmann, 94,", "94F".
  new RegExp(
    [
      String.raw`(?<!\p{L})(?:[A-Z]\p{Ll}+|[Ss]?he|who|wife|husband|mother|father|[Gg]randmother|[Gg]randfather) passed at ${named('passed')}(?=[.,;)]|$)`,
      String.raw`(?<!\p{L})(?:\p{Lu}\p{Ll}+|Dr\.|Mr\.?|Mrs\.?|Ms\.?) \p{Lu}[\p{L}-]+(?: \(|, )${named('bracket')}(?=\)|, \p{Ll})`,
      String.raw`(?<![\p{L}\p{N}.,])${named('sex')}(?=,? ?\/? ?(?:[MFW]|male|female)\b)`,
      String.raw`(?<=(?:^|[\s(,|])(?:[MFWmfw]|male|female)(?:, ?|\/))${named('after')}(?=[,.;)|]|$)`,
    ].join('|'),
    'gu',
  ),
].map((form) => new Expression(form, { isNearDigits: true }));

/** Where high ages in digits stand in a text. */
export function agesIn(text: string): { start: number; end: number }[] {
  return FORMS.flatMap((form) =>
    form.matches(text).map(({ 0: match, index, groups }) => {
      const value = Object.values(groups!).find((group) => group !== undefined)!;
      const start = index + match.lastIndexOf(value);
      return { start, end: start + value.length };
    }),
  );
}
