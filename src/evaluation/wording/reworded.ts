/** Rule-based rewording of classification rows, for any language; deterministic for a seed. */
import { randomUnits } from '../../base/random.ts';
import type { ClassificationExample } from '../../data/example.ts';
import { ClassWords, wordsIn } from './class-words.ts';
import { misspelt, pick, segmentsOf, splice, withAside, type Draw } from './wording-steps.ts';

export interface RewordingOptions {
  /** Rows that define the classes and their words. */
  train: readonly ClassificationExample[];
  /** Unrelated sentences that people may add; if empty, sentences of the rows are used. */
  asides: readonly string[];
  seed: number;
}

/** Minimum class probability of a sentence that indicates the class by itself. */
const SURE = 0.9;
/** Maximum number of training rows that provide second halves and neutral sentences. */
const MOST_SOURCES = 2000;

/**
 * Rewords each row once. Keeps the sentences that indicate the class, without greetings and the like; half of the rows
 * end like another row of the class. Then the text is kept, stripped of case and punctuation, or reduced to keywords;
 * half get typos, and half an unrelated sentence. Rows that do not change are left out.
 */
export function rewordRows(
  rows: readonly ClassificationExample[],
  { train, asides, seed }: RewordingOptions,
): ClassificationExample[] {
  const words = new ClassWords(train);
  const sources = train.slice(0, MOST_SOURCES);
  const telling = tellingByClass(sources, words);
  const neutral = asides.filter((text) => words.isNeutral(text));
  const added = neutral.length > 0 ? neutral : neutralSegments(sources, words);
  return rows.flatMap((row, place) => {
    const units = randomUnits([seed, 'other-words', place]);
    let drawn = 0;
    const draw: Draw = () => units(drawn++);
    const own = tellingPart(row, words);
    const spliced = draw() < 1 / 2 ? splice(own, pick(telling.get(row.label) ?? [own], draw)) : own;
    const formed = inOtherForm(spliced, words, draw);
    const spelt = draw() < 1 / 2 ? misspelt(formed, draw) : formed;
    const text = draw() < 1 / 2 && added.length > 0 ? withAside(spelt, pick(added, draw), { draw }) : spelt;
    // The columns have been joined into one text.
    return text === row.text ? [] : [{ ...row, id: `${row.id}:other-words`, text, fields: undefined }];
  });
}

/** The sentences that each indicate the class on their own; if there are none, the most indicative one. */
function tellingPart({ text, label }: ClassificationExample, words: ClassWords): string {
  const segments = segmentsOf(text).map((segment) => ({ segment, share: words.probability(segment, label) }));
  const most = segments.reduce((greatest, { share }) => Math.max(greatest, share), 0);
  const kept = segments.filter(({ share }) => share >= Math.min(SURE, most));
  return kept.length === 0 ? text : kept.map(({ segment }) => segment).join(' ');
}

function tellingByClass(rows: readonly ClassificationExample[], words: ClassWords): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const parts = found.get(row.label) ?? [];
    parts.push(tellingPart(row, words));
    found.set(row.label, parts);
  }
  return found;
}

function neutralSegments(rows: readonly ClassificationExample[], words: ClassWords): string[] {
  const segments = new Set(rows.flatMap(({ text }) => segmentsOf(text)));
  return [...segments].filter((segment) => wordsIn(segment).length > 2 && words.isNeutral(segment));
}

function inOtherForm(text: string, words: ClassWords, draw: Draw): string {
  const form = draw();
  if (form < 1 / 3) return text;
  if (form < 2 / 3) return wordsIn(text).join(' ').toLowerCase();
  const keywords = wordsIn(text).filter((word) => words.tells(word));
  return keywords.length < 2 ? text : keywords.join(' ');
}
