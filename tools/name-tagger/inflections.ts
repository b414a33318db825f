/** Names as sentences bend them: "Thorbens", "u Kowalskich", "Aholalle", "Mehmet'in". */
import type { Draws } from '../pii-development/values.ts';

/** Of a name's end, what stands in its place. */
type Ending = readonly [end: RegExp, others: readonly string[]];

const GENITIVE: readonly Ending[] = [[/(?<=[^sxzß])$/u, ['s']]];
const SOUTH_SLAVIC: readonly Ending[] = [
  [/a$/u, ['e', 'i', 'u', 'om', 'o']],
  [/(?<=[bcčćdfghjklmnprsštvzž])$/u, ['a', 'u', 'om', 'em', 'u']],
];
const CZECH: readonly Ending[] = [
  [/ová$/u, ['ové', 'ovou']],
  [/ý$/u, ['ého', 'ému', 'ým']],
  [/ek$/u, ['ka', 'kovi', 'kem', 'kům']],
  [/a$/u, ['y', 'u', 'ovi', 'ou', 'ě']],
  [/(?<=[bcčdfghjklmnprřsštvzž])$/u, ['a', 'ovi', 'em', 'ů', 'e']],
];
const EAST_SLAVIC: readonly Ending[] = [
  [/(?<=[оеи][вн])$/u, ['а', 'у', 'ым', 'е']],
  [/(?<=[сц]к)[ио]й$/u, ['ого', 'ому', 'им']],
  [/ая$/u, ['ой', 'ую']],
  [/а$/u, ['ы', 'е', 'у', 'ой']],
  [/я$/u, ['и', 'ю', 'ей']],
  [/й$/u, ['я', 'ю', 'ем']],
  [/(?<=[бвгґджзклмнпрстфхцчшщ])$/u, ['а', 'у', 'ом', 'е']],
];
/** Of a hundred names, how many are bent, and how. */
const ENDINGS: Readonly<Record<string, readonly [share: number, endings: readonly Ending[]]>> = {
  de: [7, GENITIVE],
  nl: [5, GENITIVE],
  sv: [9, GENITIVE],
  da: [9, GENITIVE],
  nb: [9, GENITIVE],
  en: [2, GENITIVE],
  pl: [
    22,
    [
      [/(?<=[sc]k)i$/u, ['iego', 'iemu', 'im', 'ich']],
      [/(?<=[sc]k)a$/u, ['iej', 'ą']],
      [/ek$/u, ['ka', 'kowi', 'kiem', 'ków']],
      [/a$/u, ['y', 'ę', 'ą', 'ie']],
      [/(?<=[bcćdfghjkłlmnńprsśtwzźż])$/u, ['a', 'owi', 'em', 'ów']],
    ],
  ],
  cs: [22, CZECH],
  sk: [22, CZECH],
  ru: [24, EAST_SLAVIC],
  uk: [24, EAST_SLAVIC],
  el: [
    18,
    [
      [/ος$/u, ['ου', 'ο', 'ε']],
      [/(?<=[ηα])ς$/u, ['']],
    ],
  ],
  hr: [18, SOUTH_SLAVIC],
  sl: [18, SOUTH_SLAVIC],
  hu: [16, [[/(?<=[^aeé])$/u, ['nak', 'nek', 'val', 'vel', 'hoz', 'tól', 'ék', 'né', 't']]]],
  fi: [16, [[/(?<=[aeiouyäö])$/u, ['n', 'lle', 'lla', 'lta', 'a', 'sta']]]],
  et: [
    14,
    [
      [/(?<=[aeiouõäöü])$/u, ['le', 'lt', 'ga', 't', 'l']],
      [/(?<=\p{L})$/u, ['i', 'ile', 'iga']],
    ],
  ],
  lt: [
    14,
    [
      [/as$/u, ['o', 'ui', 'ą', 'u']],
      [/is$/u, ['io', 'iui']],
      [/a$/u, ['os', 'ai', 'ą']],
    ],
  ],
  lv: [
    14,
    [
      [/[sš]$/u, ['a', 'am', 'u']],
      [/a$/u, ['as', 'ai', 'u']],
    ],
  ],
  tr: [14, [[/$/u, ["'ın", "'in", "'e", "'a", "'dan", '’in', '’ye', "'nın"]]]],
};

export function inflected(name: string, language: string, draws: Draws): string {
  const [share, endings] = ENDINGS[language] ?? [0, []];
  if (share === 0 || draws.below(100) >= share || !/\p{Ll}{2}$/u.test(name)) return name;
  const ending = endings.find(([end]) => end.test(name));
  return ending === undefined ? name : name.replace(ending[0], draws.of(ending[1]));
}
