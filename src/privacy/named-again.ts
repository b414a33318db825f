/** Who is named in full is found by the parts of the name elsewhere. */
import type { Finding } from './finding.ts';
import { asListed, gazetteer, isEveryday } from './gazetteer.ts';

const FORM = String.raw`\p{Lu}\p{Ll}{2,}(?:-\p{Lu}\p{Ll}+)?`;
const PART = new RegExp(`^${FORM}$`, 'u');
/** All words of the form that parts have. */
const WORD = new RegExp(
  String.raw`(?<![\p{L}\p{N}_@.-])(?:${FORM}|\p{Lu}{4,30}(?:-\p{Lu}{2,30})?)(?![\p{L}\p{N}_@-])`,
  'gu',
);
const LEAST_SCORE = 0.7;
const SCORE = 0.55;

/** By text. */
export function namedAgain(texts: readonly string[], found: readonly (readonly Finding[])[]): Finding[][] {
  const parts = partsOf(texts, found);
  return texts.map((text) => (parts.size === 0 ? [] : mentions(text, parts)));
}

function partsOf(texts: readonly string[], found: readonly (readonly Finding[])[]): ReadonlySet<string> {
  const { cities } = gazetteer();
  const parts = new Set<string>();
  for (const [index, findings] of found.entries()) {
    for (const { kind, start, end, score } of findings) {
      if (kind !== 'name' || score < LEAST_SCORE) continue;
      for (const word of texts[index].slice(start, end).split(/[\s,]+/)) {
        const part = asListed(word);
        // "Frau Winter … im Winter"
        if (PART.test(part) && !cities.has(part) && !isEveryday(part.toLowerCase())) parts.add(part);
      }
    }
  }
  return parts;
}

function mentions(text: string, parts: ReadonlySet<string>): Finding[] {
  return [...text.matchAll(WORD)]
    .filter(({ 0: word }) => parts.has(asListed(word)))
    .map(({ 0: word, index }) => ({
      start: index,
      end: index + word.length,
      kind: 'name',
      score: SCORE,
      recogniser: 'name-again',
    }));
}
