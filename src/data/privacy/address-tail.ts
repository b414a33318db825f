/** What follows a street in an address: flat and floor, postcode, town, region. */
import { greatest } from '../../base/many.ts';
import { isBentTown } from './addresses/bent-towns.ts';
import { latin } from './latin.ts';
import { standingOf } from './names/features.ts';
import { isTown } from './names/towns.ts';

const TOWN = String.raw`(?![A-Z]{1,3}(?!\p{L}|[ -]\p{Lu}\p{Ll}))(?:(?:['’]s-|['’]t|Den|Het|La|Le|Les|L['’]|El|Los|San|Santa|São|Sankt|St\.?|Saint|Bad|Ciudad de|Villa) ?)?\p{Lu}[\p{L}\p{M}'’]*(?:[ -](?:(?:a\.? ?d\.? |an der |am |im |i\. ?|in |de la |de los |de |del |della |di |do |da |dos |das |sur |sur-|sous-|en |en-|in-|on-|upon-|by-|super-|under-|the-|an-der-|am-|lès-|lez-|de-|de la-|la-|le-|les-|du-|aux-|ès-|a |al |alla |aan |op |bij |nad |ob |w |i )?\p{Lu}[\p{L}\p{M}'’]*)){0,3}`;
const UNIT_WORDS = String.raw`apartment|apt|bte|boîte|appartement|appt|app|apto?|ap|suite|ste|unit|flat|floor|fl|room|rm|building|bldg|block|lgh|bus|lokal|lok|m|int|interno|scala|piano|bloco|bloque|bl|bât|bâtiment|esc|escalera|escalier|piso|puerta|pta|portal|bajo|ático|entresuelo|principal|izquierda|izq|izda|derecha|dcha|r/c|esq|esquerdo|dto|direito|dt|frente|fte|andar|étage|hs|huis|hoog|og|eg|dg|whg|top|stiege|tür|hinterhaus|vorderhaus|links|rechts|lote?|casa|sala|conj|quadra|qd|km|tr|vån|box|cedex|col|colonia|urb|residencial|kl|klatka|piętro|p|résidence|rez-de-chaussée|habitación|hab|zimmer|zi|kamer|verdieping|etage|stock|fundos|quarto|stanza|chambre|pokój|rum|våning|phase|chalet|vh|hh|sf|gh|ug|tv|th|mf|sal|kld|emelet|em|ajtó|lph|et|sc|parter|daire|kat|blok|patro|byt`;
const UNIT = String.raw`(?:(?: [-–] |,? ?)(?:\(?(?:${UNIT_WORDS})(?!\p{L})\.? ?#?(?:[A-Z]?\d{0,5}[A-Za-z]?(?![\p{L}\p{N}]))|#\s?[A-Z0-9-]{1,6}|\d{1,3}\.?[ºª°]?(?:er|ème|e|nd|rd|th|st|o|a)?\.? (?:${UNIT_WORDS})(?!\p{L})\.?(?: (?:links|rechts|Mitte|gauche|droite))?|\d{1,2}\.?[ºª°] ?(?:[A-Z](?!\p{L})|izq\.?|dcha\.?|izda\.?|esq\.?|dto\.?|frente|izquierda|derecha|esquerdo|direito)?|[IVX]{1,4}(?:\/\d{1,3}\.?)?(?![\p{L}\p{N}])|[A-H] \d{1,3}(?![\p{L}\p{N}])|n[ºo°]? \d{1,4}|(?:garden|basement|lower|upper|rear|ground) (?:unit|apt|level|flat)(?!\p{L})|(?:first|second|third|fourth|fifth|top|ground) floor(?!\p{L})))`;
const UK = String.raw`[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}`;
const CODE_BEFORE = String.raw`(?:(?:[A-Z]{1,2}|PL|SE|DE|FR|NL|CH)[- ])?(?:\d{2}-\d{3}|\d{4}-\d{3}|\d{5}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Za-z]{2}(?![\p{L}])|\d{4,5})`;
const CODE_BEHIND = String.raw`(?:\d{5}(?:-\d{4})?|${UK}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d[\dW] ?[A-Z\d]{4}|\d{4}(?!\d)|\d{3} ?\d{3}|\d{5}-\d{3}|[A-PR-UWYZ][A-HK-Y]?\d{1,2}[A-Z]?(?=[.,;)\n]|$| \p{Ll}))`;
const STATES =
  'Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland|Nova Scotia|Ontario|Prince Edward Island|Quebec|Québec|Saskatchewan|New South Wales|Northern Territory|Queensland|South Australia|Tasmania|Western Australia';
const REGION = String.raw`(?:[A-Z]{2,3}\.?|${STATES})`;
const GAP = String.raw`(?:,? ?\n {0,12}|, ?| - | – | | \| ?)`;
const PART = String.raw`(?:(?:,| [-–]|,? ?\n) ?(?:Col\. |Bairro |Urb\. |Co\. |County )?\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})`;

/** "(Hinterhof)": part of an address where a postcode follows. */
const ASIDE = / ?\([^()\n]{2,24}\)/y;
const UNITS = new RegExp(latin(`(?:${UNIT}){1,4}`), 'iy');
const WITH_CODE = [
  new RegExp(
    latin(
      String.raw`${PART}{0,2}?${GAP}(?:(?:CEP|C\.?P\.?):? )?${CODE_BEFORE}(?:,? ${TOWN}(?: ?(?:a\. ?d\.|i\. ?d\.|v\. ?d\.|a\.|i\.|b\.) ?\p{Lu}\p{L}*\.?| \(\p{Lu}\p{Ll}{2,14}\))?(?: [Cc](?:edex|EDEX)(?!\p{L}))?(?: \d{1,2}(?!\d|[.,:/-]\d)(?: ?[-–] ?\p{Lu}\p{Ll}{2,20}(?: \p{Lu}\p{Ll}{2,20})?)?)?(?:,? ?\([A-Z]{2}\))?(?: ?[/–-] ?[A-Z]{2}(?!\p{L})| ?/ ?\p{Lu}\p{Ll}{2,14}(?!\p{L})|, \p{Lu}\p{Ll}{1,4}\.)?)`,
    ),
    'y',
  ),
  new RegExp(
    latin(
      String.raw`${PART}{0,3}?(?:,? ?\n {0,12}|, ?| - | – | \| ?)(?:Co\. |County )?${TOWN}(?:(?:,| ?[-–]|/)? ?${REGION})?(?:,| ?[-–])? {0,3}\n?(?:(?:CEP|PIN(?: ?[Cc]ode)?|ZIP|C\.?P\.?|Eircode):? )?${CODE_BEHIND}(?![\p{L}\p{N}])`,
    ),
    'y',
  ),
  new RegExp(
    latin(
      String.raw`,? (?:\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d\d|\d{4} [a-z]{2}|\d{5}) \p{Ll}{3,20}(?: \p{Ll}{3,20})?(?=[.,;\n]|$)`,
    ),
    'y',
  ),
  new RegExp(
    latin(String.raw`(?:,|\n) ?${TOWN},? (?:[A-Za-z]{2} )?\d{5}(?!\d)|,? ?\p{Ll}{3,20},? [a-z]{2} \d{5}(?!\d)`),
    'y',
  ),
];
/** Of the United States, Australia and Canada, as alternatives: but for those that are words and units too. */
export const STATE_CODES =
  'A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|NSW|VIC|QLD|TAS|ON|QC|BC|AB|MB|SK|NS|NB';
/** "Truth or Consequences, New Mexico 87901", "Abilene, Texas": what a state stands behind is a town. */
const TOWN_AND_STATE = new RegExp(
  latin(
    String.raw`,? (?:\p{Lu}[\p{L}'’.-]{1,20})(?: (?:or |and |of |the )?\p{Lu}[\p{L}'’.-]{1,20}){0,3}(?:, (?:${STATES})|,? (?:${STATE_CODES}))(?!\p{L})(?: {1,3}\d{5}(?:-\d{4})?| [A-Z]\d[A-Z] ?\d[A-Z]\d| \d{4}(?!\d))?`,
  ),
  'y',
);
const TOWN_ALONE = new RegExp(
  latin(
    String.raw`(?:,|\n| in| à| a| en| w| i| em)? ?(?<town>${TOWN})(?: \d{1,2}(?:er?|ème)?(?![\p{L}\p{N}]))?(?:[,/ -]{1,3}[A-Z]{2}(?!\p{L})| ?/ ?\p{Lu}\p{Ll}{2,14}(?!\p{L}))?`,
  ),
  'y',
);

function reach(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

export interface Tail {
  end: number;
  hasCode: boolean;
  hasUnit: boolean;
  /** A town that is known stands in it. */
  hasTown: boolean;
}

/** Where an address ends whose street ends at `from`, and whether a flat and a postcode stand in it. */
export function tailOf(text: string, from: number): Tail {
  const tail = readTail(text, from);
  // The stop of the sentence is no part of it.
  return text[tail.end - 1] === '.' && tail.end > from ? { ...tail, end: tail.end - 1 } : tail;
}

function readTail(text: string, from: number): Tail {
  const unit = reach(UNITS, text, from);
  const hasUnit = /\p{L}{2}|#/u.test(text.slice(from, unit));
  for (const start of new Set([reach(ASIDE, text, unit), unit, from])) {
    const end = greatest(WITH_CODE.map((pattern) => reach(pattern, text, start)));
    if (end > start) return { end, hasCode: true, hasUnit, hasTown: true };
  }
  const state = reach(TOWN_AND_STATE, text, unit);
  if (state > unit) return { end: state, hasCode: /\d$/.test(text.slice(unit, state)), hasUnit, hasTown: true };
  TOWN_ALONE.lastIndex = unit;
  const match = TOWN_ALONE.exec(text);
  if (
    match !== null &&
    (match[0][0] !== ' ' || /^\s?(?:$|[,.;)\n]|[\p{Ll}])/u.test(text.slice(TOWN_ALONE.lastIndex))) &&
    (isTown(match.groups!.town) || (/^ ?[wv]e? /.test(match[0]) && isBentTown(match.groups!.town)))
  )
    return { end: unit + match[0].length, hasCode: false, hasUnit, hasTown: true };
  const known = townBehind(text, unit);
  const end = known > unit ? known : unknownTowns(text, unit);
  return { end, hasCode: false, hasUnit, hasTown: known > unit };
}

const NEXT_PART = new RegExp(
  latin(String.raw`(?:,? ?\n ?|, )(?<town>\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})(?!\p{L})`),
  'y',
);
const MOST_PARTS = 4;

/** "…, Victoria Island, Lagos": districts up to a town that is known. */
function townBehind(text: string, from: number): number {
  let [end, at] = [from, from];
  for (let count = 0; count < MOST_PARTS; count++) {
    NEXT_PART.lastIndex = at;
    const match = NEXT_PART.exec(text);
    if (match === null) break;
    at += match[0].length;
    if (isTown(match.groups!.town)) end = at;
  }
  if (end > from) end = reach(REGION_BEHIND, text, end);
  return Math.max(end, reach(LAST_LINE, text, from));
}

/** "São Luís/MA". */
const REGION_BEHIND = new RegExp(
  latin(String.raw` ?[/–-] ?[A-Z]{2}(?!\p{L})| ?/ ?\p{Lu}\p{Ll}{2,14}(?!\p{L})|, [A-Z][a-z]{3,14}(?=[.;)\n]|$)`),
  'y',
);
const UNKNOWN_TOWN = new RegExp(
  latin(
    String.raw`, (?:Col\. |Bairro |Urb\. |Co\. |near |opp\. )?(?<first>\p{Lu}[\p{L}'’.-]+)(?:[ -](?:(?:de|da|do|dos|del|la|am|an der|on|upon|aan|op|nad|sur|in) )?\p{Lu}[\p{L}'’.-]+){0,3}(?:(?: ?/ ?| ?- ?|, ?| )[A-Z]{2,3}(?!\p{L})| ?/ ?\p{Lu}\p{Ll}{2,14}(?!\p{L})| \d{1,2}e?(?![\p{L}\p{N}]))?(?<close>(?=\s?[,;:.)\n]|\s?$)|(?= \p{Ll}))`,
  ),
  'y',
);
const MOST_UNKNOWN = 3;

/** "…, Vila Nova, São Luís/MA": districts and towns that no list has, but no people and no words that begin a clause. */
function unknownTowns(text: string, from: number): number {
  let end = from;
  for (let count = 0; count < MOST_UNKNOWN; count++) {
    UNKNOWN_TOWN.lastIndex = end;
    const match = UNKNOWN_TOWN.exec(text);
    if (match === null) break;
    const { first } = match.groups!;
    const { given, family, city, everyday } = standingOf(first);
    const goesOn = text[end + match[0].length] === ' ';
    if (city === '0' && (given === '1' || (goesOn && (family === '1' || everyday === '1')))) break;
    end += match[0].length;
  }
  return end;
}

/** "Victoria Island, Lagos", a line by itself below the street's. */
const LAST_LINE = new RegExp(
  latin(
    String.raw`,? ?\n ?\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}, \p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}\.?(?=\n|$)`,
  ),
  'y',
);
