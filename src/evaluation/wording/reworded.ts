/** Rows with the class that they have, in other words: by rule, for any language, and always the same for a seed. */
import { randomUnits } from '../../base/random.ts';
import type { ClassificationExample } from '../../data/example.ts';
import { ClassWords, wordsIn } from './class-words.ts';
import { misspelt, pick, segmentsOf, splice, withAside, type Draw } from './wording-steps.ts';

export interface RewordingOptions {
  /** Rows that define the classes and their words. */
  train: readonly ClassificationExample[];
  /** Sentences about something else, that people may add; those of the rows themselves where there are none. */
  asides: readonly string[];
  seed: number;
}

/** From this probability on, a sentence alone tells the class. */
const SURE = 0.9;
/** Training rows that a row's other half, and sentences that tell nothing, are taken from. */
const MOST_SOURCES = 2000;

/**
 * Each row once: of its text what tells the class, without greetings and the like; half of the rows end as another row of
 * the class does; then as it stands, without case and punctuation, or as keywords; half are misspelt, half have a sentence
 * about something else. Rows that come out as they were are left out.
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
    // Joined columns have become one text.
    return text === row.text ? [] : [{ ...row, id: `${row.id}:other-words`, text, fields: undefined }];
  });
}

/** The sentences that tell the class each by itself; where none does, the one that tells most. */
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
