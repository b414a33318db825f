/**
 * Features of an answer for a linear classifier: words and pairs, those of its beginning and end separately, and its
 * shape. All words of the question map to one feature, so that the classifier does not depend on the subject; the
 * question's beginning is a feature of its own.
 */
import { hashWord } from '../../data/shingles.ts';
import type { SparseRow } from '../../answering/baselines/sparse.ts';

/** Number of hash columns. */
export const COLUMNS = 1 << 15;

/** Characters read of a long answer: refusals appear at its beginning and end. */
const READ_CHARACTERS = 1200;
const END_CHARACTERS = 300;

/** Words read of a question, whose request comes early. */
const QUESTION_WORDS = 30;

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/[’‘`]/gu, "'"],
  [/\bcan't\b/gu, 'cannot'],
  [/\bcan not\b/gu, 'cannot'],
  [/\bwon't\b/gu, 'will not'],
  [/n't\b/gu, ' not'],
  [/'m\b/gu, ' am'],
  [/'re\b/gu, ' are'],
  [/'ll\b/gu, ' will'],
  [/'ve\b/gu, ' have'],
];

/** Long words in questions that are not its subject. */
const COMMON = new Set(
  [
    'about after again also been before being best both cannot could does doing down each every explain from give',
    'good have help here into just know like made make many more most much need never only other over please provide',
    'really same should show some such tell than that their them then there these they thing think this those very',
    'want well were what when where which while will with without work would write your yours',
  ].flatMap((line) => line.split(' ')),
);

/** Each feature group is scaled to this length, so that none dominates in long answers. */
const WEIGHTS = { body: 1, head: 1, end: 0.5, shape: 0.5, question: 0.5 } as const;

type Group = keyof typeof WEIGHTS;

export function answerFeatures(answer: string, question = ''): SparseRow {
  const subject = new Set(wordsOf(question).filter((word) => word.length > 3 && !COMMON.has(word)));
  const sentences = sentencesOf(readPart(answer)).map((sentence) =>
    wordsOf(sentence).map((word) => (subject.has(word) ? '·' : word)),
  );
  const groups: Record<Group, string[]> = {
    body: sentences.flatMap((words) => runs(words, 3)),
    head: runs(['^', ...(sentences.at(0) ?? [])].slice(0, 40), 2),
    end: runs([...(sentences.at(-1) ?? []), '$'], 2),
    shape: shapeOf(answer, sentences),
    question: runs(wordsOf(question).slice(0, QUESTION_WORDS), 2),
  };
  return sparseOf(groups);
}

function readPart(answer: string): string {
  if (answer.length <= READ_CHARACTERS + END_CHARACTERS) return answer;
  return `${answer.slice(0, READ_CHARACTERS)}\n${answer.slice(-END_CHARACTERS)}`;
}

export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?:])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

export function wordsOf(text: string): string[] {
  const plain = CONTRACTIONS.reduce((rest, [from, to]) => rest.replace(from, to), text.toLowerCase());
  return plain.match(/[\p{L}\p{M}]+|\p{N}+/gu)?.map((word) => (/^\p{N}/u.test(word) ? '0' : word)) ?? [];
}

/** Word n-grams up to length `most`. */
function runs(words: readonly string[], most: number): string[] {
  const found: string[] = [];
  for (let from = 0; from < words.length; from++) {
    for (let length = 1; length <= most && from + length <= words.length; length++) {
      found.push(words.slice(from, from + length).join(' '));
    }
  }
  return found;
}

function shapeOf(answer: string, sentences: readonly (readonly string[])[]): string[] {
  const words = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  const items = answer.match(/^\s*(?:\d+[.)]|[-*•])\s/gmu)?.length ?? 0;
  return [
    `words ${Math.round(Math.log2(1 + words))}`,
    `items ${Math.min(items, 4)}`,
    `sentences ${Math.min(sentences.length, 8)}`,
    ...(answer.includes('```') ? ['code'] : []),
  ];
}

function sparseOf(groups: Record<Group, string[]>): SparseRow {
  const values = new Map<number, number>();
  for (const [group, features] of Object.entries(groups)) {
    const distinct = new Set(features.map((feature) => hashWord(`${group}:${feature}`) % COLUMNS));
    const value = WEIGHTS[group as Group] / Math.sqrt(Math.max(1, distinct.size));
    for (const column of distinct) values.set(column, (values.get(column) ?? 0) + value);
  }
  const columns = Int32Array.from(values.keys()).sort();
  return { columns, values: Float32Array.from(columns, (column) => values.get(column)!) };
}
