/**
 * Addresses by what they are made of, whatever the street is called: flats and plots, blocks and sectors, villages and
 * districts, towns, in parts behind each other. "House 22, Road 7, Block C, Banasree, Dhaka", "j.k. Mladost 3, bl. 321, vh. B".
 */
import { greatest } from '../../../base/many.ts';
import { withCapitals } from '../capitals.ts';
import { latin } from '../latin.ts';
import { standingOf } from '../names/features.ts';
import { isTown } from '../names/towns.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** "12-4-88", "4/B", "43A", "C": a letter by itself only as a capital. */
const CODE = String.raw`(?:#? ?(?:[Nn]o\.? ?|n[º°] ?)?(?:[A-Z]{1,2}-?)?\d{1,5}[A-Za-z]?(?:[-/.]\d{1,5}[A-Za-z]?){0,2}|[A-Z])(?![\p{L}\p{N}])`;
const NAME = String.raw`(?:\p{Lu}\p{L}{0,3}\.|\p{Lu}[\p{L}\p{M}'’-]{1,24})`;
const NAMES = String.raw`(?:(?:de la|de los|de|del|do|da|dos|das|di|el|la|al|e|y) )?(?:${NAME}|\d{1,2}ª?(?= \p{Lu}))(?: (?:(?:de la|de los|de|del|do|da|dos|das|di|el|la|al|pod|nad|e|y|&) )?${NAME}){0,3}`;

/** Each word with a capital or without. */
function anyCase(words: string): string {
  return words.replaceAll(/(?<=^|\|)\p{Lu}/gu, (first) => `[${first}${first.toLowerCase()}]`);
}

/** Where somebody lives, and hardly anything else. */
const HOMES = anyCase(
  String.raw`Flat|Apt|Apartment|Apartamento|Apartado|Apto|Appt|Appartement|Departamento|Dpto|Depto|House(?: No)?|Hse|H\.? ?No|Plot(?: No)?|Door No|Old No|New No|Purok|Gali|Mz|Manzana|Lt|Qd|Quadra|Stan|Daire|Vh|Villa|Casa|Byt|Slip|Pitch|Chak|Croft|Derb|Lok|Lägenhet|Lgh|Ajtó|Pelak`,
);
/** Parts of houses and quarters, which other things have too. */
const PLACES = anyCase(
  String.raw`Blk|Block|Blok|Bloco|Bloque|Bloc|Bl|Tower|Torre|Bldg|Building|Edif|Floor|Room|Rm|Unit|Suite|Lane|Sec|Sector|Secteur|Setor|Phase|Cross|Main|Road|Street|Zone|Lot|Lote|Piso|Int|Interior|Esc|Et|Sc|Ap|App|Kat|Box|Site|Comp|RD|Stage|Ward|Wing|Porte|Étage|Hall|No|Nr|Torre|Bâtiment|Bât`,
);
const FLOORS = String.raw`\d{1,3}(?:/F|F)(?!\p{L})|\d{1,3}(?:st|nd|rd|th|e|ème|º|ª|\.)? ?(?:floor|étage|piso|andar|kat|patro|emelet|OG|etg|Etage)(?!\p{L})|(?:[Gg]round|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Tt]op) [Ff]loor|#\d{1,4}(?:-\d{1,5})?(?![\p{L}\p{N}])|RT ?\d{1,3} ?/ ?RW ?\d{1,3}|[Nn][º°]\.? ?\d{1,5}|№ ?\d{1,5}|\d{1,4}-(?:ho|gil|dong)(?!\p{L})`;
const LOCALITIES = anyCase(
  String.raw`Village|Vill|Tehsil|Distt|Dist|Taluka|Taluk|Mandal|Thana|Upazila|Kel|Kelurahan|Kec|Kecamatan|Desa|Kampung|Jl|Jln|Jalan|Gang|Lorong|Lor|Rehov|Rechov|Khiaban(?:-e)?|Kuche(?:-ye)?|Odos|Col|Colonia|Barrio|Vereda|Finca|Ejido|Mpio|Fracc|Fraccionamiento|AA\.HH|Urb|Sitio|Barangay|Brgy|Hay|Cité|Quartier|Setor|Jardim|Bairro|Ctra|Priv|Camino|Cra|Carrera|Retorno|Sente|Rang|Vicolo|Via|Rua|Rue|Beco|Tř|Nám|Mah|Ul|Str|Heol|Kv|J\.k|Co|County|Edificio|Edifício|Residencial?|Résidence|Condomínio|Condominio|Conjunto`,
);
const LOCALITIES_BEHIND = String.raw`Nagar|Vihar|Colony|Enclave|Puram|Bagh|Ganj|Marg|Chowk|Layout|Road|Rd|Street|St|Avenue|Ave|Tce|Terrace|Lane|Ln|Drive|Dr|Crescent|Cres|Close|Gardens|Estate|krt|körút|utca|u|mnt|tänav|g|gatvė|iela|Mahallesi|gu|ro|daero|dong|ku|shi`;

/** "The Coach House". */
const HOUSES =
  'Cottage|House|Forge|Rectory|Vicarage|Barn|Mill|Lodge|Farm|Manor|Bungalow|Stables|Granary|Smithy|Schoolhouse';
/** "Cra. 43A # 1-50". */
const GRID = String.raw`(?:Cra|Carrera|Cl|Calle|Kr|Cr|Dg|Diagonal|Tv|Transversal|Av)\.? ?\d{1,3}[A-Z]? ?(?:#|No\.?|N°) ?\d{1,3}[A-Z]?(?: ?- ?\d{1,3})?(?!\p{L})`;
const HOME = String.raw`(?:(?:${HOMES})\.?:? ?${CODE}|${GRID}|(?:The )?(?:${NAME} )?${NAME} (?:${HOUSES})(?!\p{L}))`;
const UNIT = String.raw`(?:(?:${PLACES})\.?:? ?${CODE}|${FLOORS})`;
const LOCALITY = String.raw`(?:(?:${LOCALITIES})(?!\p{L})\.? ${NAMES}(?:,? ${CODE})?|(?:\d{1,3}(?:st|nd|rd|th) (?:${NAME} ){0,2}|(?:${NAME} ){0,2}${NAME}[ -])(?:${LOCALITIES_BEHIND})(?!\p{L})\.?(?: ${CODE})?)`;
const ITEM = String.raw`(?:${HOME}|${UNIT}|${LOCALITY})`;
/** Only the last may have a name of several words: others would divide them in many ways. */
const ITEMS = String.raw`(?:(?:${HOME}|${UNIT}|(?:${LOCALITIES})(?!\p{L})\.? ${NAME}(?:,? ${CODE})?)(?: | [-–] )){0,3}${ITEM}(?:(?: | [-–] )(?:${HOME}|${UNIT})){0,3}`;
const NUMBERED = String.raw`(?:[A-Z]{1,2}-)?\d{1,5}[A-Za-z]?(?:[-/]\d{1,5}[A-Za-z]?){0,2}(?: ${NAME}(?: ${NAME})?)?|${NAME}(?: ${NAME})? \d{1,5}[A-Za-z]?(?:/[A-Z\d]{1,3})?`;
const POSTCODE = String.raw`\d{2}-\d{3}|\d{4} ?[A-Z]{2}|\d{3} \d{2,3}|\d{2,6}(?:-\d{3,4})?|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d`;
const REGION = String.raw`[A-Z]{2,3}(?:,? (?:${POSTCODE}))?`;
const PLACE = String.raw`(?:(?:near|opp\.?|behind|off) )?(?:(?:\d{4,5}|\d{2}-\d{3}|\d{3} \d\d) )?${NAMES}(?:(?: ?[-–/] ?| )(?:${POSTCODE}|${REGION}))?|${REGION}|${POSTCODE}`;

/** Where it is worth looking: the words themselves, so that not every word with a capital is tried. */
const ANCHOR = new WordPattern(
  latin(
    String.raw`(?:${HOMES}|${PLACES})(?=\.?:? ?(?:#|\d|[A-Z](?!\p{L})|[Nn]o\.?[ \d]|[n№]))|(?:${LOCALITIES})(?=\.? (?:(?:de|del|do|da|dos|das|di|el|la|los|al) ){0,2}(?:\p{Lu}|\d))|(?<=\p{Lu}[\p{L}'’-]{1,24}[ -]|\d(?:st|nd|rd|th) )(?:${LOCALITIES_BEHIND}|${HOUSES})(?!\p{L})`,
  ),
  'g',
);
const WHOLE = new RegExp(latin(String.raw`^(?:${ITEMS}|${NUMBERED}|${PLACE})$`));
const AT_END = new RegExp(latin(String.raw`(?<![\p{L}\p{N}.-])(?:${ITEMS}|${NUMBERED})$`));
const AT_START = new RegExp(latin(String.raw`^(?:${ITEMS}|${PLACE})(?![\p{L}\p{N}])`));
const [HOME_IN, UNIT_IN, LOCALITY_IN, NUMBERED_ONLY] = [
  String.raw`(?<![\p{L}\p{N}])${HOME}`,
  String.raw`(?<![\p{L}\p{N}])${UNIT}`,
  String.raw`(?<![\p{L}\p{N}])${LOCALITY}`,
  String.raw`^(?:${NUMBERED})$`,
].map((source) => new RegExp(latin(source), 'g'));

/** Between parts: a comma, a semicolon, a new line. */
const SEPARATOR = /[,;] ?\n? {0,8}|\n {0,8}/g;
/** No address is longer. */
const [REACH, MOST_PARTS] = [160, 9];
/** What the parts have to weigh. */
const [ENOUGH, ENOUGH_OF_THREE] = [4, 3];
const MOST_UNKNOWN_AT_END = 2;

export const recogniser: Recogniser = {
  name: 'address-parts',
  kind: 'address',
  *find(text) {
    let next = 0;
    // As people type: the forms are told by capitals.
    const shown = /\p{Lu}/u.test(text) ? text : withCapitals(text);
    for (const { index } of ANCHOR.matches(shown)) {
      if (index < next) continue;
      const found = around(shown, index);
      if (found === undefined) continue;
      yield found;
      next = found.end;
    }
  },
};

/** "9042 " in front of "Bolsa Ave", "5F-2, " in front of "No. 41": numbered parts belong to what stands behind them. */
function withWhatIsBefore(text: string, start: number): number {
  let from = start;
  for (let count = 0; count < MOST_BEFORE; count++) {
    const before = BEFORE.exec(text.slice(Math.max(0, from - REACH_BEFORE), from));
    if (before === null) break;
    from -= before[0].length;
  }
  return from;
}

const [MOST_BEFORE, REACH_BEFORE] = [3, 50];
const BEFORE = new RegExp(
  latin(
    String.raw`(?<![\p{L}\p{N}.,/:-])(?:#?\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})? |(?:[Aa]v(?:da|enida)?|[Cc]alle|[Cc]alz(?:ada)?|[Bb]lvd|[Bb]oulevard|[Rr]ua|[Vv]iale?|[Cc]orso|[Rr]ue|[Uu]l|[Pp]laza|[Pp]aseo|[Cc]arrera)\.? |(?:${ITEMS}|${NUMBERED}|\d{1,3}F\.?-\d{1,3}|${NAMES} (?:Apts\.?|Apartments|Towers?|Court|Residency|Mansions?)),? ?\n?)$`,
  ),
);

interface Part {
  start: number;
  end: number;
  weight: number;
  /** It is a home, a street or a town, and not only a part of some house. */
  isOfPlace: boolean;
}

/** The run of parts that begins in the part in which something stands at `at`. */
function around(text: string, at: number): Candidate | undefined {
  const pieces = piecesOf(text, pieceStart(text, at));
  // What stands alone is left to those who look for streets.
  if (pieces.length < 2) return undefined;
  const first = partAtEnd(text, pieces[0], at);
  if (first === undefined) return undefined;
  const parts = [first];
  for (const piece of pieces.slice(1)) {
    const part = partOf(text, piece);
    if (part === undefined) break;
    parts.push(part);
    // What goes on behind it is no address any more.
    if (part.end < piece.end) break;
  }
  while (parts.length > 1 && unknownAtEnd(parts) > MOST_UNKNOWN_AT_END) parts.pop();
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  // "Floor 3, Room 12, Tower 2" is where people meet.
  if (!parts.some(({ isOfPlace }) => isOfPlace)) return undefined;
  if (parts.length < 2 || weight < (parts.length > 2 ? ENOUGH_OF_THREE : ENOUGH)) return undefined;
  return { start: withWhatIsBefore(text, first.start), end: withoutStop(text, parts.at(-1)!.end), score: 0.7 };
}

/** Where the piece begins that something stands in. */
function pieceStart(text: string, at: number): number {
  const from = Math.max(0, at - REACH_BEFORE);
  const before = text.slice(from, at);
  const mark = greatest(MARKS.map((one) => before.lastIndexOf(one)));
  // Of a long piece the end is looked at, from a word on.
  return from + (mark < 0 && from > 0 ? before.indexOf(' ') : mark) + 1;
}

const MARKS = [',', ';', ':', '\n', '('];

/** Stretches between separators from `at` on. */
function piecesOf(text: string, at: number): { start: number; end: number }[] {
  const near = text.slice(at, at + REACH);
  const pieces: { start: number; end: number }[] = [];
  let start = at;
  for (const { 0: mark, index } of matchesOf(SEPARATOR, near)) {
    if (pieces.length === MOST_PARTS) return pieces;
    pieces.push({ start, end: at + index });
    start = at + index + mark.length;
  }
  return [...pieces, { start, end: at + near.length }];
}

/** The first part may stand behind a word that it is no part of, and has to hold what stands at `at`. */
function partAtEnd(text: string, { start, end }: { start: number; end: number }, at: number): Part | undefined {
  const match = AT_END.exec(text.slice(start, end));
  if (match === null || start + match.index > at) return undefined;
  return { start: start + match.index, end, ...weightOf(match[0]) };
}

function partOf(text: string, { start, end }: { start: number; end: number }): Part | undefined {
  const body = text.slice(start, end).replace(/[.):]?\s*$/, '');
  const found = (WHOLE.exec(body) ?? AT_START.exec(body))?.[0];
  if (found === undefined || isPerson(found, found.length < body.length || text[end] === ',')) return undefined;
  const weighed = weightOf(found);
  const isWhole = found.length === body.length;
  // "END:VCARD": what goes on is no part, unless a sentence ends there.
  if (weighed.weight === 0 && !isWhole && !/^(?:\.\s| [-–—] | \p{Ll})/u.test(body.slice(found.length)))
    return undefined;
  return { start, end: isWhole ? end : start + found.length, ...weighed };
}

/** Somebody's name, or a word of everyday language, which ends an address. */
function isPerson(part: string, goesOn: boolean): boolean {
  const words = part.split(' ');
  const { given, city, everyday } = standingOf(words[0]);
  const isOther = given === '1' || (goesOn && everyday === '1' && words.length === 1);
  return isOther && city === '0' && !isTown(part) && weightOf(part).weight === 0;
}

function unknownAtEnd(parts: readonly Part[]): number {
  return parts.length - 1 - parts.findLastIndex(({ weight }) => weight > 0);
}

/** How much a part says that it is one of an address. */
function weightOf(part: string): Pick<Part, 'weight' | 'isOfPlace'> {
  const count = (pattern: RegExp) => part.match(pattern)?.length ?? 0;
  const [sure, units] = [count(HOME_IN) + count(LOCALITY_IN), count(UNIT_IN)];
  if (sure + units > 0) return { weight: 2 * sure + units, isOfPlace: sure > 0 };
  const isOfPlace = CODE_ALONE.test(part) || isTown(part.replace(CODE_BEHIND, ''));
  return { weight: isOfPlace || count(NUMBERED_ONLY) > 0 ? 1 : 0, isOfPlace };
}

const CODE_ALONE = new RegExp(latin(`^(?:${POSTCODE})$`));
const CODE_BEHIND = new RegExp(latin(`[ –/-]{1,3}(?:${POSTCODE}|${REGION})$`));

/** The stop of the sentence is no part of it. */
function withoutStop(text: string, end: number): number {
  let last = end;
  while (last > 0 && /[\s.):]/.test(text[last - 1])) last--;
  return last;
}
