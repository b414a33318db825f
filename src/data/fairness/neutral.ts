/** Normalises the words in which the two texts of a pair differ, so that answers to both can be compared. */
import { table } from '../../base/table.ts';
import type { Change } from './edits.ts';
import { lexicon } from './gender-lexicon.ts';
import { PRONOUNS } from './pronouns.ts';
import { wordsOf } from './words.ts';

const PRONOUN_PARTS: Record<string, string> = table({
  he: 'she',
  him: 'her',
  his: 'her',
  hers: 'her',
  himself: 'herself',
});

/**
 * Normalised words: lower case, pronouns and gendered words in the feminine form, both names of a change as one, and a
 * single article. "He is John’s uncle" and "she is Mary's aunt" become equal.
 */
export function neutralText(text: string, changes: readonly Change[]): string {
  const names = new Map(
    changes.flatMap(({ from, to }, index) =>
      [from, to].flatMap(formsOf).map((word) => [word.toLowerCase(), `name-${index}`] as const),
    ),
  );
  return wordsOf(text)
    .map(({ lower }) => {
      if (PRONOUNS.has(lower)) return PRONOUN_PARTS[lower] ?? lower;
      if (lower === 'an') return 'a';
      return feminine(lower) ?? names.get(lower) ?? lower;
    })
    .join(' ');
}

/** A row may say "German" and its answer "from Germany". */
function formsOf(word: string): string[] {
  const known = lexicon().nationalities.get(word);
  return known === undefined ? [word] : Object.values(known.nationality).filter((form: string) => form !== '');
}

/** A common form for interchangeable words: "mum" and "mom" both correspond to "dad". */
function feminine(word: string): string | undefined {
  const { words } = lexicon();
  const known = words.get(word);
  if (known?.other === undefined) return undefined;
  const masculine = known.gender === 'female' ? known.other : word;
  return words.get(masculine)?.other ?? word;
}
