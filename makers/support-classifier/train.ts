/**
 * Trains assets/safety/support.json: `node makers/support-classifier/train.ts`. Sentences of assets/general, complete,
 * shortened or reordered, are supported by their own passage. The same sentences with another number, name or word,
 * with a "not" added or removed, or from another passage of the text, are not supported. Every tenth text is held out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fitMultinomial, predictMultinomial } from '../../src/answering/baselines/multinomial.ts';
import { sparseMatrix, type SparseRow } from '../../src/answering/baselines/sparse.ts';
import { ReadSource, SUPPORT_FEATURES } from '../../src/evaluation/groundedness/support-features.ts';
import { sentencesOf } from '../../src/evaluation/safety/answer-features.ts';
import { Draws } from '../../tools/draws.ts';

const PASSAGE = 4;
const LEAST_WORDS = 5;
/** Rows of one text. */
const MOST = 600;
const L2 = 1e-4;

interface Row {
  features: number[];
  label: number;
}

const assets = new URL('../../assets/', import.meta.url);
const texts = readFileSync(new URL('general/text.jsonl', assets), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => (JSON.parse(line) as { text: string }).text);

const draws = new Draws(3);
const rows = texts.map((text) => rowsOf(text));
const isHeldOut = (_: unknown, i: number): boolean => i % 10 === 0;
const train = rows.filter((own, i) => !isHeldOut(own, i)).flat();
const other = rows.filter(isHeldOut).flat();
const matrix = sparseMatrix(train.map(sparse), SUPPORT_FEATURES.length);
const model = fitMultinomial(
  matrix,
  Int32Array.from(train, ({ label }) => label),
  2,
  { l2: L2, improvement: 1e-5 },
);
const right = other.filter((row) => {
  const [no, yes] = predictMultinomial(model, sparse(row));
  return (yes > no ? 1 : 0) === row.label;
}).length;
const at = (k: number, i: number): number => model.parameters[2 * i + k];
const weights = SUPPORT_FEATURES.map((_, i) => Number((at(1, i) - at(0, i)).toFixed(4)));
const intercept = Number((at(1, SUPPORT_FEATURES.length) - at(0, SUPPORT_FEATURES.length)).toFixed(4));
const accuracy = Number((right / other.length).toFixed(3));
writeFileSync(new URL('safety/support.json', assets), `${JSON.stringify({ weights, intercept, accuracy })}\n`);
console.log(`${train.length} rows; right in ${accuracy} of ${other.length} held out`, weights, intercept);

function sparse({ features }: Row): SparseRow {
  return { columns: Int32Array.from(features.keys()), values: Float32Array.from(features) };
}

function rowsOf(text: string): Row[] {
  const sentences = sentencesOf(text).filter((one) => one.split(/\s+/u).length >= LEAST_WORDS && one.length < 400);
  const made: Row[] = [];
  for (let from = 0; from + PASSAGE <= sentences.length && made.length < MOST; from++) {
    const own = sentences.slice(from, from + PASSAGE);
    const source = new ReadSource(own.join(' '));
    const sentence = draws.of(own);
    const far = sentences.filter((_, i) => i < from || i >= from + PASSAGE);
    const add = (said: string, label: number) => made.push({ features: source.featuresOf(said), label });
    add(draws.of([sentence, shortened(sentence), turned(sentence), framed(sentence)]), 1);
    add(draws.of([shortened(sentence), framed(shortened(sentence))]), 1);
    const wrong = [otherNumber(sentence), negated(sentence), otherWord(sentence, far)].filter(
      (said) => said !== sentence,
    );
    if (wrong.length > 0) add(draws.of(wrong), 0);
    if (far.length > 0) add(draws.of([draws.of(far), shortened(draws.of(far))]), 0);
  }
  return made;
}

function shortened(sentence: string): string {
  const words = sentence.split(/\s+/u);
  const length = Math.max(4, Math.ceil(words.length * (0.4 + draws.below(50) / 100)));
  const from = draws.below(words.length - Math.min(length, words.length) + 1);
  return words.slice(from, from + length).join(' ');
}

/** Swaps the two parts of a sentence, if it has two. */
function turned(sentence: string): string {
  const [first, ...rest] = sentence.split(/[,;]\s+/u);
  return rest.length === 0 ? sentence : `${rest.join(', ')}, ${first}`;
}

function framed(sentence: string): string {
  return `${draws.of(['It says that', 'Yes,', 'That is', 'Here', 'The answer is:'])} ${sentence}`;
}

function otherNumber(sentence: string): string {
  return sentence.replace(/\d+/u, (number) => String(Number(number) + 1 + draws.below(40)));
}

function negated(sentence: string): string {
  if (/\b(?:not|never)\b/u.test(sentence)) return sentence.replace(/\b(?:not|never) /u, '');
  return sentence.replace(/\b(is|are|was|were|can|may|will|must|should|has|have)\b/u, '$1 not');
}

/** Replaces one or two of its longer words by words from elsewhere in the text. */
function otherWord(sentence: string, far: readonly string[]): string {
  if (far.length === 0) return sentence;
  const words = sentence.split(' ');
  const others = draws
    .of(far)
    .split(' ')
    .filter((word) => word.length > 4);
  const places = [...words.keys()].filter((i) => words[i].length > 4);
  if (others.length === 0 || places.length === 0) return sentence;
  for (let i = 0; i < 1 + draws.below(2); i++) words[draws.of(places)] = draws.of(others);
  return words.join(' ');
}
