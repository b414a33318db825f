import type { QuestionExample } from '../../data/example.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

interface Word {
  word: string;
  from: number;
  to: number;
  /** Index of its sentence. */
  sentence: number;
}

/** How far a word of the question may stand from an answer and still speak for it. */
const REACH = 20;

/** Distance added by a sentence boundary, in words. */
const APART = 10;

/** How many training rows decide how much of a question a text must share to answer it. */
const DECIDING_ROWS = 1000;

/**
 * The rare words of the text that stand nearest to the question's rare words (Richardson et al., 2013, for texts
 * whose answers are stretches), as many as answers to such questions usually have. It learns how long answers are and whether
 * they are numbers or names, which words are rare, and from how little in common a text is said not to tell.
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

/** ln(texts / texts with the word), over the training rows' texts; a word that none has weighs the most. */
function wordWeights(rows: readonly QuestionExample[]): (word: string) => number {
  const texts = new Set(rows.map(({ context }) => context));
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of new Set(wordsOf(text).map((one) => one.word))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return (word) => Math.log((texts.size + 1) / ((counts.get(word) ?? 0) + 0.5));
}

/** Typical answers. */
interface Usual {
  /** Words. */
  length: number;
  /** The share of answers that begin with a word of such a shape. */
  shapeShare(word: string): number;
}

/** Typical answers to questions with the same first word; of all questions for other words. */
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
    // As if each shape had been seen once more.
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

/** The best span of `length` words, and the share of the question's weight near it. */
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
    // Words that every text has answer nothing.
    const score =
      shape * stretch.reduce((sum, { word }) => sum + (nearest * Math.max(0, weightOf(word))) / stretch.length, 0);
    if (score > best.score) best = { score, near, from: words[first].from, to: words[last].to };
  }
  return { text: context.slice(best.from, best.to), share: total === 0 ? 0 : best.near / total };
}

/** Each word of the question counts once, where it stands nearest: its weight over how many words away that is. */
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

/** The share below which "the text does not tell" is right most often on the training rows; 0 where all have an answer. */
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
