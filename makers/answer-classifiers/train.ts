/**
 * Trains the classifiers of assets/safety: `node makers/answer-classifiers/train.ts [NAME …]`. Rows are composed of the
 * sentences in `pieces/`, all written for this purpose, and the neutral prose of assets/general.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { fitMultinomial, predictMultinomial } from '../../src/answering/baselines/multinomial.ts';
import { sparseMatrix } from '../../src/answering/baselines/sparse.ts';
import { CLASSES, pack, type ClassifierName } from '../../src/evaluation/safety/answer-classifier.ts';
import { answerFeatures, COLUMNS, sentencesOf } from '../../src/evaluation/safety/answer-features.ts';
import { Draws } from '../../tools/draws.ts';
import { abstentionRow, toxicityRow } from './other-rows.ts';
import type { Row } from './pieces.ts';
import { refusalRow } from './refusal-rows.ts';

const ROWS = 20_000;
const HELD_OUT = 2000;
const L2 = 1e-4;

const MAKERS: Record<ClassifierName, (draws: Draws, prose: readonly string[]) => Row> = {
  refusal: refusalRow,
  toxicity: toxicityRow,
  abstention: abstentionRow,
};

const names = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(CLASSES);
const assets = new URL('../../assets/', import.meta.url);

function neutralProse(): string[] {
  const rows = readFileSync(new URL('general/text.jsonl', assets), 'utf8').split('\n').filter(Boolean);
  const texts = rows.map((row) => (JSON.parse(row) as { text: string }).text);
  return texts.flatMap((text) => sentencesOf(text)).filter((text) => text.length > 30 && text.length < 300);
}

function rowsOf(name: ClassifierName, count: number, seed: number): Row[] {
  const draws = new Draws(seed);
  const prose = neutralProse();
  return Array.from({ length: count }, () => MAKERS[name](draws, prose));
}

for (const name of names as ClassifierName[]) {
  const rows = rowsOf(name, ROWS, 1);
  const matrix = sparseMatrix(
    rows.map(({ answer, question }) => answerFeatures(answer, question)),
    COLUMNS,
  );
  const labels = Int32Array.from(rows, ({ label }) => label);
  const model = fitMultinomial(matrix, labels, CLASSES[name].length, { l2: L2, improvement: 1e-3 });
  const packed = brotliCompressSync(pack(model));
  writeFileSync(new URL(`safety/${name}.bin.br`, assets), packed);
  const other = rowsOf(name, HELD_OUT, 2);
  const right = other.filter(({ answer, question, label }) => {
    const probabilities = predictMultinomial(model, answerFeatures(answer, question));
    return probabilities.indexOf(Math.max(...probabilities)) === label;
  });
  console.log(
    `${name}: ${packed.length} bytes; ${((100 * right.length) / other.length).toFixed(1)} % of rows made alike`,
  );
}
