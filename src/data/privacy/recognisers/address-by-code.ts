/**
 * Addresses that no form of a street gives away, from their postcode and town back: "Le Bourg, 15380 Anglards",
 * "Stift Marienfried, Zimmer 18, 88400 Biberach", "Bryn Hyfryd, Llanrwst, Conwy LL26 0ZZ".
 */
import { latin } from '../latin.ts';
import { TITLES } from '../name-words.ts';
import { standingOf } from '../names/features.ts';
import { isTown } from '../names/towns.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';

const CODE =
  /(?<![\p{L}\p{N}.,/#:-])(?:(?:[A-Z]{1,2}-)?\d{5}(?:-\d{3,4})?|(?:PL-)?\d{2}-\d{3}|(?:SE-)?\d{3} \d{2}|\d{4}-\d{3}|\d{4} ?[A-Z]{2}|[A-Z]\d{4}(?:[A-Z]{3})?|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[AC-FHKNPRTV-Y]\d[\dW] ?[AC-FHKNPRTV-Y\d]{4}|[1-9]\d{2} ?\d{3}|[1-9]\d{3})(?![\p{L}\p{N}]|[.,:/-]\d)/gu;
/** Letters and digits in turn, as no number of anything else has them. */
const SURE = /^(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z\d]{4})$/i;
const WORD = String.raw`(?:\p{Lu}[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+){0,4}|[LD]['’]\p{Lu}\p{L}+|\p{Lu}['’]\p{Lu}\p{L}+|Ste?\.?|d['’]\p{Lu}\p{L}+)`;
const LINK = String.raw`(?:(?:de la|de los|de|del|della|di|da|do|dos|das|d['’]|la|le|les|sur|sous|en|an der|am|im|in der|in|upon|on|a|al|alla|the|aan den|aan de|aan|op|bij|nad|ob der|ob|i|y|e|w) ?)?`;
const TOWN = String.raw`${WORD}(?:[ -]${LINK}${WORD}){0,3}`;
const TOWN_BEHIND = new RegExp(
  latin(
    String.raw`,? (?<town>${TOWN})(?:,? ?\((?:[A-Z]{2}|\p{Lu}\p{L}{2,20})\)|(?: Cedex)? \d{1,2}(?!\d)|, \p{Lu}\p{Ll}{1,4}\.|[/-][A-Z]{2}(?!\p{L}))?`,
  ),
  'y',
);
const STATES =
  'A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|NSW|VIC|QLD|SA|TAS|ACT|NT|ON|QC|BC|AB|MB|SK|NS|NB';
const STATE = String.raw`(?:${STATES}|(?:New|North|South|West) \p{Lu}\p{L}+|\p{Lu}\p{L}{3,14})`;
/** The town and what is around it, in front of a code. */
const TOWN_BEFORE = new RegExp(
  latin(String.raw`(?:^|[\n,;:|(–] {0,12}|\s)(?<town>${TOWN}(?:,? ${STATE})?)(?:,| [-–])?\s?$`),
);
const STATE_END = new RegExp(String.raw`[, ](?:${STATES})$|, \p{Lu}\p{L}+$`, 'u');
const COUNTRY = new RegExp(latin(String.raw`, (?:\p{Lu}[\p{L}.]+(?: \p{Lu}\p{L}+)?)(?=[\s,.;)]|$)`), 'y');
const REACH = 60;
const MOST_PARTS = 6;
const LONGEST_PART = 45;
/** What stands between the parts, at the end of what is before one. */
const BETWEEN = /(?:,|;|\s[-–|·/]|\s?\n)\s{0,12}$|\s$/;
const PART_START = /[,;:\n|(„“"«[\t]|\s[-–·]\s|(?<=\p{L}{4})\.\s/gu;
const SMALL = String.raw`de|la|las|los|le|les|du|des|del|della|delle|dei|di|da|do|dos|das|e|y|i|et|und|and|of|the|on|an|am|der|dem|den|im|in|zum|zur|van|het|ter|ten|op|aan|bij|nad|przy|på|vid|s/n|n[oº°]?|no|nr|n\.|km`;
/** Words for streets, houses and flats that stand in small letters. */
const KIND = String.raw`rue|avenue|av|chemin|impasse|allée|place|quai|cours|route|quartier|hameau|lieu-dit|lotissement|résidence|bâtiment|bât|appartement|appt|apt|étage|esc|escalier|porte|boîte|calle|carrer|camino|avenida|avda|plaza|paseo|piso|puerta|pta|portal|bajo|bloque|habitación|hab|urbanización|polígono|parcela|nave|dto|dpto|depto|izq|dcha|via|viale|piazza|corso|vicolo|largo|strada|contrada|scala|interno|int|frazione|rua|travessa|praça|beco|alameda|sítio|lote|casa|bairro|fundos|andar|apto|ul|al|os|pl|m|lok|piętro|klatka|ulica|osiedle|verdieping|etage|kamer|huis|toestel|zimmer|zi|stock|stiege|tür|top|hinterhaus|haus|whg|floor|flat|room|unit|suite|ste|block|house|wing|gate|lgh|vån|våning|rum|trappa|tr|c/o|chalet|torre|blk|bl|sc|et|kat|daire|emelet`;
const PART = new RegExp(
  latin(
    String.raw`^(?:\(?(?:${WORD}\.?|[A-Z]\.?|#?[A-Z]{0,2}\d{1,5}[A-Za-z]{0,3}(?:[-/.][A-Za-z0-9]{1,4}){0,2}\.?[ºª°]?|(?:${KIND})\.?|(?:${SMALL})|[ºª°]|\d{1,2}(?:st|nd|rd|th|e|er|º|ª))(?:\)?[ ]|[ ]?[-/][ ]?|\)?$)){1,7}$`,
  ),
);
/** As many as a part may have. */
const MOST_WORDS = 7;
const BEGINS_WITH_KIND = new RegExp(`^(?:${KIND})(?![a-z])`);
const HAS_KIND = new RegExp(
  latin(
    String.raw`(?<!\p{L})(?:${KIND.replace('|m|', '|').replace('|al|', '|').replace('|pl|', '|').replace('|os|', '|')}|street|st|road|rd|lane|ln|drive|avenue|ave|close|court|terrace|gardens|grove|cottage|lodge|farm|hall|manor|villas?|mill|barn|building|tower|apartments?|residency|nagar|colony|sector|cross|main|plot|hof|heim|stift|gasse|weg|straße|strasse|platz|quinta|finca|edificio|edifício|residencia|residencial|condomínio|box|bp|postfach|gården|torp|rectory|vicarage|priory|grange|chalet|bungalow|stables|old|urb|schloss|gut|mas|ferme|château|cascina|masseria|herdade|monte)(?!\p{L})|(?:straße|strasse|str\.|weg|gasse|platz|hof|heim|straat|laan|weg|plein|gatan|vägen|gården)(?!\p{L})`,
  ),
  'i',
);
/** In front of a part: from here on it is somebody's address and no sentence. */
const NOBODY_THERE =
  /^(?:Euro|EUR|USD|Dollars?|Franken|CHF|Kronen|Mitarbeiter|Menschen|Personen|Einwohner|Stück|People|Items|Units|Points|Tonnen|Tons|Euros|Dólares|Reais|Zloty|January|February|March|April|May|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)(?!\p{L})/u;

export const recogniser: Recogniser = {
  name: 'address-by-code',
  kind: 'address',
  needs: { digits: 2 },
  *find(text) {
    for (const { 0: code, index } of matchesOf(CODE, text)) {
      const found = behindCode(text, code, index) ?? beforeCode(text, code, index);
      if (found !== undefined) yield found;
    }
  },
};

/** "88400 Biberach". */
function behindCode(text: string, code: string, index: number): Candidate | undefined {
  if (/^[A-Z]{1,2}\d|^\d{6}|^\d{3} \d{3}/i.test(code) && !/^[A-Z]\d{4}/.test(code)) return undefined;
  TOWN_BEHIND.lastIndex = index + code.length;
  const match = TOWN_BEHIND.exec(text);
  if (match === null || NOBODY_THERE.test(match.groups!.town) || isYear(code)) return undefined;
  const end = index + code.length + match[0].length;
  const { town } = match.groups!;
  if (/^[A-Z]{2,4}$/.test(town) || (match[0][0] === ',' && !isTown(town))) return undefined;
  const isSure =
    SURE.test(code) || (standingOf(town.split(/[ -]/)[0]).everyday === '0' && code.length > 4) || isTown(town);
  return withParts(text, { start: index, end, isSure });
}

/** "El Paso, Texas 79902", "Conwy LL26 0ZZ", "Bengaluru 560038". */
function beforeCode(text: string, code: string, index: number): Candidate | undefined {
  const town = TOWN_BEFORE.exec(text.slice(Math.max(0, index - REACH), index))?.groups!.town;
  if (town === undefined || isYear(code)) return undefined;
  // "IEC 62304" is a standard.
  if (/^[A-Z]{2,4}$/.test(town)) return undefined;
  const start = text.lastIndexOf(town, index - 1);
  const isState = STATE_END.test(town) && !/^[A-Z]/.test(code);
  if (code.length === 4 && !isState) return undefined;
  COUNTRY.lastIndex = index + code.length;
  const end = index + code.length + (COUNTRY.exec(text)?.[0].length ?? 0);
  return withParts(text, { start, end, isSure: SURE.test(code) || (isState && code.length > 4) || isTown(town) });
}

/** Numbers of four digits that are years for the most part, in capitals too: "MAY 28, 2002 IN ORDER TO". */
function isYear(code: string): boolean {
  return /^(?:19|20)\d\d(?: (?:A[MST]|BY|DO|I[FNST]|NO|O[FNR]|SO|TO|UP|WE))?$/.test(code);
}

/** What stands before, part by part, as long as it looks like a part of an address. */
function withParts(
  text: string,
  { start, end, isSure }: { start: number; end: number; isSure: boolean },
): Candidate | undefined {
  let [from, isAddress] = [start, false];
  for (let count = 0; count < MOST_PARTS; count++) {
    const before = text.slice(Math.max(0, from - LONGEST_PART - 14), from);
    const gap = BETWEEN.exec(before)?.[0];
    if (gap === undefined || (gap.trim() === '' && !gap.includes('\n') && count > 0)) break;
    const body = before.slice(0, before.length - gap.length);
    const part = partOf(body);
    if (part === undefined) break;
    const isHouse = /\d/.test(part.text) || HAS_KIND.test(part.text);
    if (
      !isHouse &&
      ((!part.isPlace && isNamed(part.text) && !isBehindHouse(text, from - gap.length - part.text.length)) ||
        !(isSure || isAddress))
    )
      break;
    from -= gap.length + part.text.length;
    isAddress ||= isHouse || isSure;
    if (!part.isWhole) break;
  }
  // "Ty Newydd, LL57 3AA": with a code as sure as that a name is enough.
  const isNamedHouse = from === start && isCommaBeforeSureCode(text.slice(start, end));
  return (isAddress && from < start) || isNamedHouse ? { start: from, end, score: 0.72 } : undefined;
}

function isCommaBeforeSureCode(text: string): boolean {
  return /^\p{Lu}[\p{L} '’-]+, ?[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$/u.test(text) && !isNamed(text.split(',')[0]);
}

/** "The Old Rectory, Stow Bardolph, …": a house stands before what may be a village or a surname. */
function isBehindHouse(text: string, from: number): boolean {
  const before = text.slice(Math.max(0, from - LONGEST_PART), from);
  const part = /,\s$/.test(before) ? partOf(before.trimEnd().slice(0, -1)) : undefined;
  return part !== undefined && HAS_KIND.test(part.text);
}

/** Somebody lives there, or comes from there. */
const AT = /^(?:at|in|à|en|em|na|no|op|aan|på|w|przy|a|im|am|bei|auf|to|nach|naar|till|do)$/;

/** The longest end of a stretch that may be a part of an address, and whether it is all of it. */
function partOf(body: string): { text: string; isWhole: boolean; isPlace: boolean } | undefined {
  let begin = 0;
  for (const { 0: mark, index } of matchesOf(PART_START, body)) begin = index + mark.length;
  const whole = body.slice(begin).trimStart();
  const words = whole.split(' ');
  for (let at = 0; at < words.length; at++) {
    const text = words.slice(at).join(' ');
    if (words.length - at > MOST_WORDS || isCut(words, at)) continue;
    if ((text.length > LONGEST_PART || !/^["']?[\p{Lu}\d#]/u.test(text)) && !BEGINS_WITH_KIND.test(text)) continue;
    if (PART.test(text) && /[\p{L}\d]/u.test(text))
      return { text, isWhole: at === 0 && begin > 0, isPlace: AT.test(words[at - 1] ?? '') };
  }
  return undefined;
}

/** "Abito in Contrada Torre 5": a street's word behind a small one is where it begins. */
function isCut(words: readonly string[], at: number): boolean {
  for (let next = at + 1; next < words.length - 1; next++) {
    const begun = words[next + 1].toLowerCase();
    if (LEADS.test(words[next]) && (BEGINS_WITH_KIND.test(begun) || BOX.test(begun))) return true;
  }
  return false;
}

const BOX = /^(?:postfach|postbus|box|bp|apartado|casella|skrytka)$/;
const LEADS = /^(?:at|in|à|au|en|em|na|no|op|aan|på|przy|im|am|an|bei|to|nach|naar|till|di|de|da)$/;

/** "Anna Kowalska", in front of an address and no part of it. */
function isNamed(part: string): boolean {
  const words = part.split(' ');
  if (TITLES.has(words[0].toLowerCase().replace('.', ''))) return true;
  const [first, last] = [standingOf(words[0]), standingOf(words.at(-1)!)];
  return first.given === '1' || (words.length < 3 && last.family === '1' && last.city === '0');
}
