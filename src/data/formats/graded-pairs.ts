import type { Format } from './format.ts';
import { readNumber } from './regression.ts';

const SCORES = ['score', 'similarity', 'similarity_score'];

/** `{ sentence1, sentence2, score }`: two texts and how alike they are, on any scale. */
export const gradedPairs: Format = {
  fields: ['sentence1', 'sentence2', ...SCORES],
  recognise(sample) {
    const score = SCORES.find((name) => sample.has('sentence1', 'sentence2', name));
    return score === undefined ? undefined : ['sentence1', 'sentence2', score];
  },
  read(row) {
    const column = SCORES.find((name) => row.has(name)) ?? SCORES[0];
    const [first, second, score] = [row.text('sentence1'), row.text('sentence2'), readNumber(row, column)];
    if (first === undefined || second === undefined || score === undefined) return undefined;
    return { kind: 'graded', first, second, score };
  },
};
