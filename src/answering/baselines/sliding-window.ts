import type { QuestionExample } from '../../data/example.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

interface Word {
  word: string;
  from: number;
  to: number;
  /** Index of the sentence that contains it. */
  sentence: number;
}

/** Maximum distance, in words, at which a word of the question supports an answer. */
const REACH = 20;

/** Distance, in words, that a sentence boundary adds. */
const APART = 10;

/** Number of training rows used to choose the threshold below which a question counts as unanswerable. */
const DECIDING_ROWS = 1000;

/**
 * Answers with the span whose rare words are nearest to the question's rare words (Richardson et al., 2013, adapted to
 * span answers), of the length that answers to such questions usually have. Learns the typical length and word shapes
 * of answers, word rarity, and the score below which the text does not contain the answer.
 */
export const slidingWindow: Baseline = {
  name: 'sliding_window',
  title: 'words nearest to those of the question',
  forms: ['span'],
  unfit: () => undefined,
  async fit(train) {
    const rows = train as readonly QuestionExample[];
    const weightOf = wordWeights(rows);
    const usualFor = usualAnswers(rows);
    const find = (row: QuestionExample) => nearestWords(row, usualFor(row), weightOf);
    const least = leastShare(rows.slice(0, DECIDING_ROWS), find);
    return rowPredictor('sliding_window', (example) => {
      const { text, share } = find(example as QuestionExample);
      return { text: share < least ? '' : text };
    });
  },
};

function wordsOf(text: string): Word[] {
  let sentence = 0;
  let last = 0;
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: word, index }) => {
    if (/[.!?]\s|\n/.test(text.slice(last, index))) sentence++;
    last = index + word.length;
    return { word: word.toLowerCase(), from: index, to: last, sentence };
  });
}

/** Inverse document frequency, ln(texts / texts with the word), over the training texts; unknown words weigh most. */
function wordWeights(rows: readonly QuestionExample[]): (word: string) => number {
  const texts = new Set(rows.map(({ context }) => context));
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of new Set(wordsOf(text).map((one) => one.word))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return (word) => Math.log((texts.size + 1) / ((counts.get(word) ?? 0) + 0.5));
}

/** Typical answers to a kind of question. */
interface Usual {
  /** Length in words. */
  length: number;
  /** Share of answers that begin with a word of the same shape. */
  shapeShare(word: string): number;
}

/** Typical answers to questions with the same first word; to all questions if that word is new. */
function usualAnswers(rows: readonly QuestionExample[]): (row: QuestionExample) => Usual {
  const all: string[] = [];
  const byFirst = new Map<string, string[]>();
  for (const row of rows) {
    const [answer] = row.answers ?? [];
    if (answer === undefined) continue;
    all.push(answer.text);
    const word = firstWord(row);
    const known = byFirst.get(word);
    if (known === undefined) byFirst.set(word, [answer.text]);
    else known.push(answer.text);
  }
  const usual = usualOf(all);
  const known = new Map([...byFirst].map(([word, answers]) => [word, usualOf(answers)]));
  return (row) => known.get(firstWord(row)) ?? usual;
}

function usualOf(answers: readonly string[]): Usual {
  const lengths = answers.map((answer) => Math.max(1, wordsOf(answer).length)).toSorted((a, b) => a - b);
  const shapes = new Map<string, number>();
  for (const shape of answers.map(shapeOf)) shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
  return {
    length: lengths[Math.floor((lengths.length - 1) / 2)] ?? 1,
    // Add-one smoothing over shapes.
    shapeShare: (word) => ((shapes.get(shapeOf(word)) ?? 0) + 1) / (answers.length + SHAPES),
  };
}

const SHAPES = 3;

function shapeOf(text: string): 'number' | 'name' | 'word' {
  if (/^\P{L}*\p{N}/u.test(text)) return 'number';
  return /^\P{L}*\p{Lu}/u.test(text) ? 'name' : 'word';
}

function firstWord({ question }: QuestionExample): string {
  return wordsOf(question)[0]?.word ?? '';
}

/** The best span of `length` words, and the share of the question's weight that lies near it. */
function nearestWords(
  { question, context }: QuestionExample,
  { length, shapeShare }: Usual,
  weightOf: (word: string) => number,
): { text: string; share: number } {
  const words = wordsOf(context);
  const asked = new Set(wordsOf(question).map(({ word }) => word));
  const weights = new Map([...asked].map((word) => [word, Math.max(0, weightOf(word))]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let best = { score: -1, near: 0, from: 0, to: 0 };
  for (let first = 0; first < words.length; first++) {
    const last = Math.min(first + length, words.length) - 1;
    const stretch = words.slice(first, last + 1);
    if (stretch.some(({ word }) => asked.has(word)) || words[first].sentence !== words[last].sentence) continue;
    const { score: nearest, near } = nearness(words, { first, last }, weights);
    const shape = shapeShare(context.slice(words[first].from, words[first].to));
    // Words that occur in every text count for nothing.
    const score =
      shape * stretch.reduce((sum, { word }) => sum + (nearest * Math.max(0, weightOf(word))) / stretch.length, 0);
    if (score > best.score) best = { score, near, from: words[first].from, to: words[last].to };
  }
  return { text: context.slice(best.from, best.to), share: total === 0 ? 0 : best.near / total };
}

/** Each word of the question counts once, at its nearest occurrence: its weight divided by the distance in words. */
function nearness(
  words: readonly Word[],
  { first, last }: { first: number; last: number },
  weights: ReadonlyMap<string, number>,
): { score: number; near: number } {
  const nearest = new Map<string, number>();
  for (let i = Math.max(0, first - REACH); i < Math.min(words.length, last + 1 + REACH); i++) {
    const { word, sentence } = words[i];
    if (!weights.has(word)) continue;
    const away = (i < first ? first - i : i - last) + APART * Math.abs(sentence - words[first].sentence);
    nearest.set(word, Math.min(nearest.get(word) ?? away, away));
  }
  let [score, near] = [0, 0];
  for (const [word, away] of nearest) {
    score += weights.get(word)! / (1 + away);
    near += weights.get(word)!;
  }
  return { score, near };
}

/**
 * The threshold at which "not answerable from the text" is most often right on the training rows; 0 if all have
 * answers.
 */
function leastShare(rows: readonly QuestionExample[], find: (row: QuestionExample) => { share: number }): number {
  if (rows.every(({ answers }) => answers?.length !== 0)) return 0;
  const judged = rows
    .map((row) => ({ share: find(row).share, gain: row.answers?.length === 0 ? 1 : -1 }))
    .toSorted((a, b) => a.share - b.share);
  let best = { gain: 0, least: 0 };
  let gain = 0;
  for (const [i, row] of judged.entries()) {
    gain += row.gain;
    const next = judged.at(i + 1)?.share ?? Infinity;
    if (next > row.share && gain > best.gain) best = { gain, least: (row.share + next) / 2 };
  }
  return best.least;
}
