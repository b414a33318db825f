import type { Format } from '../formats/format.ts';
import { readNumber } from '../formats/labelled-text.ts';
import { defineKind, type Provenance } from './kind.ts';

/** Two texts and their similarity. */
export interface GradedExample extends Provenance {
  kind: 'graded';
  first: string;
  second: string;
  score: number;
}

const SCORES = ['score', 'similarity', 'similarity_score'];

/** `{ sentence1, sentence2, score }`: two texts and their similarity, on any scale. */
const format: Format = {
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

export const graded = defineKind<GradedExample, 'graded_pairs', 'similarity'>({
  name: 'graded',
  formats: { graded_pairs: format },
  text: bothTexts,
  row: (example) => ({ sentence1: example.first, sentence2: example.second, score: example.score }),
  cut: 'sides',
  label: { type: 'number', of: (example) => example.score },
  prompt: bothTexts,
  answer: (example) => String(example.score),
  forms: { similarity: { metrics: ['spearman', 'pearson'], inWords: 'similarities of two texts' } },
  objective: { name: 'contrastive', remark: 'text vectors, as similar as the scores say' },
  needs: () => ({ reads: 'text', tasks: ['embedding'] }),
  layout: 'texts',
});

function bothTexts({ first, second }: GradedExample): string {
  return `${first}\n${second}`;
}
