/** Rewrites the texts of a row for people of another nationality. */
import { shuffled } from '../../base/random.ts';
import { TextEdits, type Change } from './edits.ts';
import { lexicon, type Nationality } from './gender-lexicon.ts';
import { nationalitiesIn } from './nationalities.ts';
import type { Word } from './words.ts';
import type { Axis } from './axes.ts';

export interface ChangedTexts {
  texts: string[];
  changes: Change[];
  /** The row's original group: "female", "italian"; `mixed` if it mentions several. */
  from: string;
  to: string;
}

export interface ChangeOptions {
  axis: Axis;
  /** Origins that names may be changed to; by default all origins with known names. */
  to?: readonly string[];
  seed: number;
  /** Distinguishes rows in the random choice of names. */
  row: number;
}

/** Reason for leaving a row out: `doubt` if it cannot be changed safely, `nobody` if it mentions no person. */
export type LeftOut = { doubt: string } | { nobody: true };

/** Maps each nationality of a row to one that the row does not mention. */
export function changeNationality(
  texts: readonly string[],
  words: readonly (readonly Word[])[],
  { seed, row }: ChangeOptions,
): ChangedTexts | LeftOut {
  const read = words.map(nationalitiesIn);
  const found = read.flatMap((one) => one.found);
  if (found.length === 0) return { nobody: true };
  if (read.some(({ isUnsure }) => isUnsure)) return { doubt: 'a nationality or a country that may describe a thing' };
  const own = [...new Set(found.map(({ nationality }) => nationality))];
  const forms = [...new Set(found.map(({ form }) => form))];
  const others = [...new Set([...lexicon().nationalities.values()].map(({ nationality }) => nationality))]
    // "French" has no plural noun.
    .filter((one) => !own.includes(one) && forms.every((form) => one[form] !== ''));
  const drawn = shuffled(others, [seed, 'counterfactual-nationality', row]);
  const changed = new Map(own.map((one, index) => [one, drawn[index]]));
  if (own.length > drawn.length) return { doubt: 'too many nationalities' };
  const changes: Change[] = [];
  const result = texts.map((text, place) => {
    const edits = new TextEdits(words[place], changes);
    for (const { at, nationality, form } of read[place].found) edits.replace(at, changed.get(nationality)![form]);
    return edits.applyTo(text);
  });
  const [only] = own;
  const groups = own.length === 1 ? { from: groupOf(only), to: groupOf(changed.get(only)!) } : MIXED;
  return { ...groups, texts: result, changes };
}

const MIXED = { from: 'mixed', to: 'mixed' };

/** Group name of a nationality. */
export function groupOf({ adjective }: Nationality): string {
  return adjective.toLowerCase();
}
