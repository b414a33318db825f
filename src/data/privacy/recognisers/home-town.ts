/** Towns that no list has, where somebody lives, comes from or is sent to: "vive en Calatayud", "kommt aus Workum". */
import { withSurroundings } from '../addresses/towns-of-text.ts';
import { standingOf } from '../names/features.ts';
import { isCountry } from '../names/roles.ts';
import { isTown } from '../names/towns.ts';
import { latin } from '../latin.ts';
import { leanestPattern } from '../planes.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

const CUE = String.raw`(?:live[sd]?|living|reside[sd]?|residing|grew up|retired|home is|hails|commutes) (?:in|at|near|to|from)|(?:lists|gives) (?:her|his|their) home as|wohn(?:t|e|en|haft)(?: \p{L}{3,8})? in|lebt(?: \p{L}{3,8})? in|(?:stammt|kommt|ist|bin|komme)(?: \p{L}{3,8})? aus|habit(?:e|ent|ait|ant)(?: \p{L}{3,8})? à|vi(?:t|vant) à|viv(?:e|o|en|ía)(?: \p{L}{3,8})? en|reside(?:nte)? e[nm]|abit(?:a|o|ano|ante)(?: \p{L}{3,8})? [aà]d?|vive a|residente ad?|mor(?:a|o|am)(?: \p{L}{3,8})? em|viv[eo] em|woon(?:t|achtig)?(?: \p{L}{3,8})? in|komt(?: \p{L}{3,8})? uit|over uit|mieszka(?:m|ją)?(?: \p{L}{3,8})? we?|(?:där|hon|han|jag|och) bor(?: \p{L}{3,8})? i|(?<!\p{L})bor i|bosatt i|kommer från|(?:i|he|she|they|we|who|family|parents?|mother|father|son|daughter|husband|wife|patient|tenant|customer|client|employee)(?: has| have| had)?(?: since| recently| just)? (?:moved|relocated)(?: back| away)? to|(?:zog|zieht|ziehen|umgezogen)(?: \p{L}{3,8})? nach|(?:déménag|emménag)\p{L}{1,3} à|se (?:mudó|muda|mudaron) a|trasferit[oaei] a|mud(?:ou|ei)-se para|verhuis(?:d|t|de) naar|przeprowadził\p{L}{0,2} się do|flytta(?:r|t|de) till|(?:bin|ist|sind)(?: \p{L}{1,12}){0,3} aus|home in|aus (?=[\p{L} ]{3,30}(?:, meine?|, ich|, hier))|hier \p{L}{2,15} aus|habit(?:e|ait|ent)(?: toujours)?|domiciliée? à|demeurant à|vecin[oa] de|natural e residente em|zuhause in|daheim in|thuis in|hemma i`;
const LIVES = new WordPattern(
  String.raw`(?<!\p{L})(?:${CUE})\s(?<town>\p{L}[\p{L}'’-]{2,24}(?: (?:(?:de|del|la|am|an der|sur|on|upon|aan|op|nad|na|in) )?\p{L}[\p{L}'’-]{2,24}){0,2}(?:, \p{L}{2,14}(?!\p{L}))?)`,
  'iu',
);
/** The capitals that the pattern does not ask for. */
const TOWN = leanestPattern(
  /\p{Lu}[\p{L}'’-]{2,24}(?: (?:(?:de|del|la|am|an der|sur|on|upon|aan|op|nad) )?\p{Lu}[\p{L}'’-]{2,24}){0,2}(?:, (?:[A-Z]{2}|\p{Lu}\p{Ll}{3,13})(?=[.;)\n]|$))?/uy,
);
/** Streets, flats and houses are found with their numbers; seasons and the like are no places. */
const OTHER =
  /^(?:Flat|Apartment|Apt|Unit|Room|House|Haus|Zimmer|The|This|That|My|His|Her|Their|Our|Das|Der|Die|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Spring|Summer|Autumn|Winter|Europe|Europa|Asia|Africa|America)(?!\p{L})|(?:straße|strasse|weg|gasse|platz|straat|laan|gatan|vägen)$|(?<!\p{L})(?:Street|Road|Avenue|Lane|Crescent|Close|Drive|Court|Terrace|Gardens|Place|Way|Square|Hill|Grove|Row|Mews|House)$/u;

/** "Torsten Hed, 90, från Mora", "Maud Cattermole, of Todmorden,": behind a name, its age and a comma. */
const BEHIND_NAME = new Expression(
  new RegExp(
    latin(
      String.raw`(?<=\p{Lu}\p{Ll}{1,20} \p{Lu}[\p{L}'’-]{1,20},(?: \d{1,3}(?: (?:años|ans|anni|anos|Jahre|jaar|lat|år))?,)?) (?:of|from|late of|formerly of|aus|de|di|da|uit|från|fra|z|ze|à) (?<town>\p{Lu}[\p{L}'’-]{2,24}(?: (?:(?:de|del|la|am|sur|on|upon|aan|op|nad|na) )?\p{Lu}[\p{L}'’-]{2,24}){0,2}(?:, \p{Lu}\p{Ll}{3,13}(?=[.,;)\n]))?)(?=[.,;)\n]|$| \p{Ll})`,
    ),
    'g',
  ),
);
/** "Fermín Cifuentes (Puebla de Sanabria)". */
const IN_BRACKETS = new Expression(
  new RegExp(
    latin(
      String.raw`(?<=\p{Lu}\p{Ll}{1,20} \p{Lu}[\p{L}'’-]{1,20}) \((?<town>\p{Lu}[\p{L}'’-]{2,24}(?: (?:(?:de|del|la|am|sur|on|upon|aan|op|nad|na) )?\p{Lu}[\p{L}'’-]{2,24}){0,2})\)`,
    ),
    'g',
  ),
);

export const recogniser: Recogniser = {
  name: 'home-town',
  kind: 'city',
  *find(text) {
    for (const match of LIVES.matches(text)) {
      const start = match.index + match[0].length - match.groups!.town.length;
      TOWN.lastIndex = start;
      const town = TOWN.exec(text)?.[0];
      if (town === undefined || OTHER.test(town) || isCountry(town.toLowerCase()) || isEverydayWord(town)) continue;
      // A folder.
      if (/[/\\_]/.test(text[start + town.length] ?? '')) continue;
      yield { start, end: withSurroundings(text, start + town.length), score: 0.7 };
    }
    for (const [pattern, isListedOnly] of [
      [BEHIND_NAME, false],
      [IN_BRACKETS, true],
    ] as const) {
      for (const match of pattern.matches(text)) {
        const { town } = match.groups!;
        if (OTHER.test(town) || isCountry(town.toLowerCase()) || isEverydayWord(town)) continue;
        if (isListedOnly && !isTown(town)) continue;
        const start = match.index + match[0].lastIndexOf(town);
        yield { start, end: withSurroundings(text, start + town.length), score: 0.7 };
      }
    }
  },
};

/** "Living in Fear": one word of everyday language that no town is called by. */
function isEverydayWord(town: string): boolean {
  if (/[\s,]/.test(town)) return false;
  const { everyday, city } = standingOf(town);
  return everyday === '1' && city === '0' && !isTown(town);
}
