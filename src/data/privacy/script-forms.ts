/** Phrases in letters beyond Latin, which are looked for only in texts that have such letters. */
import { leanestPattern } from './planes.ts';
import { matchesOf, type Candidate } from './recogniser.ts';
import type { Expression } from './words/expression.ts';

/** Phrases of the languages that have a script. */
export interface ScriptForms {
  script: RegExp;
  /** Spaces part its words, and none has an article in front of it in the same word. */
  isOfWords?: boolean;
  /** Alternatives of regular expressions. */
  forms: readonly string[];
}

/** Most texts have no such letter at all. */
const BEYOND_LATIN = /[\u0370-\u1dff\u3040-\ud7ff]/;

export function isBeyondLatin(text: string): boolean {
  return BEYOND_LATIN.test(text);
}

/** Of Hebrew, Arabic, India, Thailand and East Asia. */
const WITHOUT_CAPITALS = /[\u0590-\u10ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]/;

export function hasLettersWithoutCapitals(text: string): boolean {
  return WITHOUT_CAPITALS.test(text);
}

/** Finds phrases of Latin letters, and those beyond them. */
export function phraseFinder(
  latin: Expression,
  { beyond, score }: { beyond: readonly ScriptForms[]; score: number },
): (text: string) => Iterable<Candidate> {
  const inScripts = scriptFinder(beyond, score);
  return function* find(text) {
    for (const { 0: whole, index } of latin.matches(text)) yield { start: index, end: index + whole.length, score };
    yield* inScripts(text);
  };
}

function scriptFinder(scripts: readonly ScriptForms[], score: number): (text: string) => Iterable<Candidate> {
  const patterns = scripts.map(({ script, isOfWords, forms }) => ({
    script,
    pattern: leanestPattern(
      new RegExp(
        isOfWords === true ? String.raw`(?<!\p{L})(?:${forms.join('|')})(?!\p{L})` : `(?:${forms.join('|')})`,
        'giu',
      ),
    ),
  }));
  return function* find(text) {
    if (!isBeyondLatin(text)) return;
    for (const { script, pattern } of patterns) {
      if (!script.test(text)) continue;
      for (const { 0: whole, index } of matchesOf(pattern, text))
        yield { start: index, end: index + whole.length, score };
    }
  };
}
