/** Postal addresses as nine languages write them: street and number, flat, postcode and town in one piece, and boxes. */
import { tailOf } from '../address-tail.ts';
import { withCapitals } from '../capitals.ts';
import { latin } from '../latin.ts';
import { isTown } from '../names/towns.ts';
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { HINT, HOUSE, HOUSE_BEHIND, NUMBER, STREETS } from '../street-forms.ts';
import { Expression } from '../words/expression.ts';

/** Buildings that stand before the street. */
const BEFORE_STREET = leanestPattern(
  /(?:(?:[Rr]ésidence|Résid\.|[Bb]âtiment|[Bb]ât\.|[Ii]mmeuble|Appartement|Appt\.?|Villa|Le Clos|Edificio|Edifício|Bloque|Condomínio|Residencial|Palazzo|Flat|Apartment|Apt\.?|Suite|c\/o|Lot|Blk|Block|Level|Site|Old No\.?|New No\.?|R\/o) [^,\n]{1,30}(?:, ?| ?\n ?)|(?:Lot|Blk|Block) \d{1,4}[A-Z]? |(?:Ground|First|Second|Third|Top|Basement|Garden) (?:[Ff]loor )?(?:Flat|Apartment|Maisonette),? |\p{Lu}\p{Ll}+ (?:House|Court|Lodge|Cottage|Mansions|Tower|Building|Villas?|Flat), ?){1,3}$/u,
);
/** Where somebody lives, or something is sent. */
const CUE = leanestPattern(
  /(?:(?:address(?:es)?|adress[ae]?n?|anschrift|adresse|domicil\p{L}{1,2}|dirección|indirizzo|morada|endereço|adres|street|straße|strasse|rue|calle|via|rua|straat|ulica|gata)(?: dostawy)?(?:\s?[:=|]| is| ist| lautet| är| est| es| è| é| to)|lives? (?:at|in|on)|living at|resid(?:es?|ing|ent) (?:at|of|in)|deliver(?:ed)? to|ship(?:ped)? to|moved to|located at|wohn(?:haft|t|e|en)?(?: in(?: der)?| im| bei| am)?|habit(?:e|ant)(?: au| à)?|domicilié?e? (?:à|au)|vive en|vivo en|abit[ao](?: in| a)?|residente (?:en|in|na|em)|mora(?: na| no| em)?|moro (?:na|no|em)|woon(?:t|achtig)?(?: op| aan| in)?|mieszka(?:m)?(?: przy| na| w)?|zamieszkał[ay](?: przy| w| na)?|(?<!\p{L})bor(?: på| i)?)\s{0,2}$/iu,
);
/** Whether it is worth looking. */
const CUE_WORD =
  /ad+res|anschrift|domicil|direcci|indirizzo|morada|endere|liv(?:es?|ing) |resid|deliver|ship|wohn|habit|viv[eo] |abit|mor[ao] |woon|mieszk|bor /i;
const HOUSE_NUMBER = new Expression(new RegExp(latin(String.raw`(?<=[\p{L}.\d],? )${NUMBER}(?![\p{L}\p{N}])`), 'g'), {
  isNearDigits: true,
});
const NUMBER_BEFORE = new Expression(/(?<![\p{L}\p{N}.,-])\d{1,5}[A-Za-z]?,? (?=\p{Lu})/gu, { isNearDigits: true });
/** No street is longer, nor its number farther from its first letter. */
const REACH = 70;

export const recogniser: Recogniser = {
  name: 'address',
  kind: 'address',
  needs: { digits: 1 },
  *find(text) {
    for (const { start: from, end: to } of windowsOf(text)) {
      const written = text.slice(from, to);
      yield* streets(written, from, { whole: () => text, isRaised: false });
      const isSmall = !/\p{Lu}\p{L}[^]*\p{Lu}\p{L}/u.test(written);
      const plain = isSmall ? withCapitals(written) : withoutCapitals(written);
      // The whole text is put together only where a street is found: of a long one every window would copy it.
      if (plain !== written)
        yield* streets(plain, from, { whole: () => text.slice(0, from) + plain + text.slice(to), isRaised: isSmall });
    }
    yield* houses(text);
  },
};

/** In a window that begins at `from`; `whole` gives the text that it is of. */
function* streets(
  window: string,
  from: number,
  { whole, isRaised }: { whole: () => string; isRaised: boolean },
): Generator<Candidate> {
  if (!HINT.test(window)) return;
  const found = STREETS.flatMap((form) => form.matches(window));
  if (found.length === 0) return;
  const text = whole();
  for (const { 0: street, index } of found) {
    const at = from + index;
    const before = BEFORE_STREET.exec(text.slice(Math.max(0, at - REACH), at));
    const { end, hasCode, hasUnit, hasTown } = tailOf(text, at + street.trimEnd().length);
    // In small letters "10 people close" looks so too.
    if (isRaised && !hasCode && !hasUnit && !hasTown && !CUE.test(text.slice(Math.max(0, at - 30), at))) continue;
    const start = at - (before?.[0].length ?? 0);
    yield { start: start - townBefore(text.slice(Math.max(0, start - REACH), start)), end, score: 0.85 };
  }
}

const TOWN_BEFORE = new RegExp(
  latin(
    String.raw`(?<![\p{L}\p{N}.,/-])(?<code>(?:[A-Z]-)?(?:\d{2}-\d{3}|\d{3} \d{2}|\d{4,5}) )?(?<town>\p{L}[\p{L}'’-]{2,24}(?: \p{L}[\p{L}'’-]{2,24})?),? (?:in |przy )?$`,
  ),
);

/** How long the town is that stands before its street: "6020 Innsbruck, Höttinger Au 34". */
function townBefore(before: string): number {
  const match = TOWN_BEFORE.exec(before);
  if (match === null) return 0;
  const { code, town } = match.groups!;
  const last = town.split(' ').at(-1)!;
  const isWhole = isTown(raised(town)) || (code !== undefined && /^\p{Lu}/u.test(town));
  if (isWhole) return match[0].length;
  // A word before it may be no part of it.
  return code === undefined && town !== last && isTown(raised(last)) ? match[0].length - town.length + last.length : 0;
}

function raised(town: string): string {
  return town.replaceAll(/(?<![\p{L}'’])\p{Ll}/gu, (letter) => letter.toUpperCase());
}

/** "12 ELM ROAD" as others write it: forms in capitals are told from what stands in capitals by their other marks. */
function withoutCapitals(text: string): string {
  if (!/\p{Lu}{4}/u.test(text)) return text;
  return text.replaceAll(/(?<![\p{L}\p{N}])\p{Lu}{3,}(?![\p{L}\p{N}])/gu, (word) => {
    const small = word[0] + word.slice(1).toLowerCase();
    return small.length === word.length ? small : word;
  });
}

const DIGITS = /\d+/g;

/** Stretches around digits, where alone a street can be. */
function windowsOf(text: string): { start: number; end: number }[] {
  const windows: { start: number; end: number }[] = [];
  for (const { index } of matchesOf(DIGITS, text)) {
    const last = windows.at(-1);
    const end = Math.min(text.length, index + REACH);
    if (last !== undefined && index - REACH <= last.end) last.end = end;
    else windows.push({ start: Math.max(0, index - REACH), end });
  }
  return windows;
}

function* houses(text: string): Generator<Candidate> {
  for (const { 0: number, index } of HOUSE_NUMBER.matches(text)) {
    const tail = tailOf(text, index + number.trimEnd().length);
    const before = text.slice(Math.max(0, index - REACH), index);
    if (!tail.hasCode && !tail.hasUnit && !CUE_WORD.test(before)) continue;
    const house = HOUSE.exec(before)?.[0];
    if (house === undefined) continue;
    const start = index - house.length;
    if (tail.hasCode) yield { start, end: tail.end, score: 0.75 };
    else if (tail.hasUnit && /^\p{Lu}/u.test(house)) yield { start, end: tail.end, score: 0.6 };
    else if (CUE.test(text.slice(Math.max(0, start - 30), start))) yield { start, end: tail.end, score: 0.65 };
  }
  for (const { index } of NUMBER_BEFORE.matches(text)) {
    HOUSE_BEHIND.lastIndex = index;
    const house = HOUSE_BEHIND.exec(text)?.[0];
    if (house === undefined) continue;
    const tail = tailOf(text, index + house.length);
    if (tail.hasCode) yield { start: index, end: tail.end, score: 0.75 };
  }
}
