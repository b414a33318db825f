/** Finds people who are named in full by parts of their names elsewhere. */
import type { Finding } from './finding.ts';
import { asListed, gazetteer, isEveryday } from './gazetteer.ts';
import type { Lexicon } from './lexicon.ts';
import { formOf } from './tokens.ts';

const FORM = String.raw`\p{Lu}\p{Ll}{2,}(?:-\p{Lu}\p{Ll}+)?`;
const PART = new RegExp(`^${FORM}$`, 'u');
/** All words that have the form of a part of a name. */
const WORD = new RegExp(
  String.raw`(?<![\p{L}\p{N}_@.-])(?:${FORM}|\p{Lu}{4,30}(?:-\p{Lu}{2,30})?)(?![\p{L}\p{N}_@-])`,
  'gu',
);
const [LEAST_SCORE, SCORE] = [0.7, 0.55];

/** Findings by text. */
export function namedAgain(
  texts: readonly string[],
  found: readonly (readonly Finding[])[],
  { terms }: Lexicon,
): Finding[][] {
  const parts = partsOf(texts, found);
  const isTitled = (text: string, at: number): boolean => {
    const word = /(\p{L}{1,12})\.?\s$/u.exec(text.slice(Math.max(0, at - 14), at))?.[1];
    return word !== undefined && terms.sortsOf(formOf(word)).includes('titles');
  };
  return texts.map((text) =>
    (parts.size === 0 ? [] : [...text.matchAll(WORD)]).flatMap(({ 0: word, index }) => {
      const isWord = parts.get(asListed(word));
      if (isWord === undefined || (isWord && !isTitled(text, index))) return [];
      return { start: index, end: index + word.length, kind: 'name', score: SCORE, recogniser: 'name-again' };
    }),
  );
}

/** Each part, with whether it is also a place or an ordinary word: "Frau Winter … im Winter". */
function partsOf(texts: readonly string[], found: readonly (readonly Finding[])[]): ReadonlyMap<string, boolean> {
  const parts = new Map<string, boolean>();
  for (const [index, findings] of found.entries()) {
    for (const { kind, start, end, score } of findings) {
      if (kind !== 'name' || score < LEAST_SCORE) continue;
      for (const word of texts[index].slice(start, end).split(/[\s,]+/)) {
        const part = asListed(word);
        if (PART.test(part)) parts.set(part, gazetteer().cities.has(part) || isEveryday(part.toLowerCase()));
      }
    }
  }
  return parts;
}
