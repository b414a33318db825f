/** How nine languages say that a number is somebody's age. */

/** What follows an age: "years old", "-jährige", "anni", "lat". */
const BEHIND = String.raw`[\s-]{0,2}(?:years?[\s-]old|years? of age|year[\s-]olds?|yrs?\.?(?: ?old)?\b|yo\b|y\.o\.|y/o|jahren?\b|jährige?[rnsm]?\b|ans\b|años?\b|año\b|añeros?|anni\b|enne\b|enni\b|jaar\b|jarige\b|lata?\b|latk\w{1,3}|letni\p{L}{0,3}\b|år\b|åri?ngs?\b|årig[at]?\b|års\b|anos\b)`;
/** Says by itself that an age follows. */
const LABELS = String.raw`aged?|age of|age is|at age|alter|im alter von|alters|âge|âgée? de|agée? de|à l['’]âge de|edad(?: de)?|la edad de|età(?: di)?|di anni|idade(?: de)?|leeftijd(?: van)?|wiek|w wieku|ålder|åldern|(?<=, )lat`;
/** Tells an age where nothing that is counted follows. */
const VERBS = String.raw`turned|turns|turning|died at|passed away at|wurde(?: im \p{L}{3,9})?|verstarb mit|starb mit|gestorben mit|werd(?: in \p{L}{3,9})?|fyllde|fyller`;
const ENDS = String.raw`(?=[.;!?)]|,\s|$|\s(?:in|im|on|last|this|next|and|und|en|och|i|when|today|yesterday|w|we|oraz)\b)`;
const PERSON = String.raw`(?:\b(?:he|she|who|mother|father|grandmother|grandfather|grandma|grandpa|aunt|uncle|widow|widower|patient|(?:mr|mrs|ms|miss)\.? \p{L}+)(?: is| was|['’]s)(?: now| already| almost| nearly)?|\b(?:sie|er|oma|opa|mutter|vater|patientin|patient|großmutter|großvater|(?:herr|frau) \p{L}+) (?:ist|war|wird)(?: jetzt| schon| bereits| fast)?|\b(?:ze|zij|hij|oma|opa|moeder|vader|patiënte?) (?:is|was|wordt)(?: nu| al| bijna)?|\b(?:hon|han|mormor|morfar|farmor|farfar|patienten) (?:är|var|blir|blev)(?: nu| redan)?)`;
/** "Grandpa, 94, fell", "opa (96)". */
const RELATIVE = String.raw`(?:man|woman|lady|gentleman|grandpa|grandma|granny|grandfather|grandmother|mother|father|aunt|uncle|widow|widower|pensioner|resident|patient|driver|victim|mann|frau|oma|opa|großmutter|großvater|mutter|vater|tante|onkel|witwe[r]?|rentner(?:in)?|patient(?:in)?|nachbar(?:in)?|homme|femme|dame|monsieur|grand-mère|grand-père|mère|père|veuve|veuf|retraitée?|voisine?|patiente?|hombre|mujer|señora?|abuel[oa]|madre|padre|viud[oa]|jubilad[oa]|vecin[oa]|uomo|donna|signora?|nonn[oa]|vedov[oa]|pensionat[oa]|homem|mulher|senhora?|av[óô]|mãe|pai|viúv[oa]|reformad[oa]|vizinh[oa]|man|vrouw|moeder|vader|weduwe|buurvrouw|buurman|mężczyzna|kobieta|babcia|dziadek|matka|ojciec|wdowa|emerytka?|sąsiadka?|kvinna|mormor|morfar|farmor|farfar|mamma|pappa|änka|pensionär|granne)`;
const NO_COUNT = String.raw`(?![\d.,%:/]\d|\d|\s?[%°€$£-]|\s?(?:mm|cm|km|kg|mg|m|euros?|stück|prozent|percent|per cent|procent)\b)`;

/** Patterns of an age beside what tells that it is one; the number, of any form, is their only named group that matched. */
export function ageForms(number: string): readonly RegExp[] {
  const named = (name: string): string => String.raw`(?<${name}>${number})`;
  return [
    new RegExp(
      [
        String.raw`(?<![\p{L}\p{N}.,])${named('behind')}(?=${BEHIND})`,
        String.raw`(?<![\p{L}\p{N}])(?:${LABELS})\s{0,2}[:=|]?\s{0,2}${named('label')}${NO_COUNT}`,
        String.raw`(?<![\p{L}\p{N}])(?:${VERBS})\s${named('verb')}${ENDS}`,
        String.raw`${PERSON}\s${named('person')}${ENDS}`,
        String.raw`(?<!\p{L})at\s${named('when')}(?=,?\s(?:he|she|my|his|her)\b)|(?<!\p{L})mit\s${named('since')}(?=\s\p{L}{2,12}\s(?:sie|er|die|der|meine?)\b)`,
        String.raw`(?<![\p{L}\p{N}.,])${named('celebrated')}(?=(?:st|nd|rd|th|\.|e|er|º|ª|ème|:an)?\s(?:birthday|geburtstag|cumpleaños|compleanno|verjaardag|urodzin\p{L}{1,2}|aniversário de vida|födelsedag))`,
        String.raw`(?<!\p{L})${RELATIVE}(?:, | \()${named('relative')}(?=\)|,|\.(?:\s|$))`,
      ].join('|'),
      'giu',
    ),
    // With capitals told from others: "Horst Lohmann (94)", "Herr Lohmann, 94,", "94F".
    new RegExp(
      [
        String.raw`(?<!\p{L})(?:\p{Lu}\p{Ll}+|Dr\.|Mr\.?|Mrs\.?|Ms\.?) \p{Lu}[\p{L}-]+(?: \(|, )${named('bracket')}(?=\)|, \p{Ll})`,
        String.raw`(?<![\p{L}\p{N}.,])${named('sex')}(?= ?(?:[MF]|male|female)\b)`,
        String.raw`(?<=(?:^|[\s(,|])(?:M|F|male|female)(?:, ?|\/))${named('after')}(?=[,.;)|]|$)`,
      ].join('|'),
      'gu',
    ),
  ];
}
