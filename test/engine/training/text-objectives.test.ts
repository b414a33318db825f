// Word tags, masked tokens and text vectors: their losses, which do not depend on how a step is divided.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '../../../src/data/example.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { similarityLosses, type RelatedTexts } from '../../../src/training/objectives/similarity-losses.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { fromArray, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { encodeWords, Tokenizer } from '../../../src/models/text/index.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { PreparedRow, ValuesRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Update } from '../../../src/methods/interfaces.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import type { HiddenRow } from '../../../src/answering/tasks/rows/hidden-tokens.ts';

const folder = mkdtempSync(`${tmpdir()}/attune-text-objectives-`);
let tokenizer: Tokenizer;
beforeAll(async () => {
  writeTinyBert(folder, ['anna', 'rome', 'likes']);
  tokenizer = await Tokenizer.load(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = { file: 'rows', line: 1 };
const processor = (labels: string[] = []) => ({ tokenizer, labels, causal: false }) as unknown as Processor;

async function prepared(
  name: 'token_classification' | 'masked_lm' | 'contrastive',
  options: object,
  examples: object[],
  labels?: string[],
) {
  const objective: Objective = await (await objectives.load(name)).create(options, processor(labels));
  const given = examples.map((example, i) => ({ id: `row ${i}`, source, ...example })) as unknown as Example[];
  const { rows, problems } = await objective.prepare(given);
  return { objective, rows: rows as PreparedRow[], problems };
}

describe('tags of words', () => {
  it('stand at the first token of each', async () => {
    const [{ ids, firsts }] = await encodeWords(tokenizer, [['anna', 'likes', 'xyz', 'Rome']]);
    expect([...firsts]).toEqual([1, 2, 3, 6]);
    expect([...firsts].map((token) => tokenizer.tokenOf(ids[token]))).toEqual(['anna', 'likes', 'x', 'rome']);
  });

  it('are learnt there and nowhere else; unknown ones are told', async () => {
    const examples = [{ kind: 'tagged', words: ['anna', 'xyz'], tags: ['B-PER', 'O'] }];
    const { rows } = await prepared('token_classification', {}, examples, ['B-PER', 'O']);
    expect([[...rows[0].trained], (rows[0] as ValuesRow).values]).toEqual([
      [0, 1, 1, 0, 0, 0],
      [0, 1],
    ]);
    const { problems } = await prepared('token_classification', {}, examples, ['O', 'X']);
    expect(problems[0].message).toContain('"B-PER" is not among the trained labels');
  });
});

describe('hidden tokens', () => {
  const text = 'anna likes rome '.repeat(60);

  it('are other ones at each step and the same in each evaluation, whatever stands beside a row', async () => {
    const { objective, rows } = await prepared(
      'masked_lm',
      { mask_probability: 0.15 },
      [text, `rome ${text}`].map((t) => ({ kind: 'text', text: t })),
    );
    const hidden = (all: readonly PreparedRow[], step?: number) =>
      objective.draw!(all, step === undefined ? undefined : { seed: 1, step }).map(({ trained }) => trained.join(''));
    expect(hidden(rows)[1]).toBe(hidden([rows[1]])[0]);
    expect(hidden(rows, 3)[0]).toBe(hidden([rows[0]], 3)[0]);
    expect(new Set([hidden(rows)[0], hidden(rows, 3)[0], hidden(rows, 4)[0]]).size).toBe(3);
  });

  it('are 15 %: of these 80 % the mask and 10 % another token; special tokens are never hidden', async () => {
    const { objective, rows } = await prepared('masked_lm', { mask_probability: 0.15 }, [{ kind: 'text', text }]);
    const mask = tokenizer.special.mask!.id;
    const counts = { all: 0, hidden: 0, masked: 0, same: 0 };
    let special = 0;
    for (let step = 0; step < 60; step++) {
      const [row] = objective.draw!(rows, { seed: 1, step }) as HiddenRow[];
      for (const [t, wanted] of row.targets.entries()) {
        if (rows[0].trained[t] === 0) {
          if (row.trained[t] === 1 || row.ids[t] !== wanted) special++;
          continue;
        }
        counts.all++;
        if (row.trained[t] === 0) continue;
        counts.hidden++;
        if (row.ids[t] === mask) counts.masked++;
        else if (row.ids[t] === wanted) counts.same++;
      }
    }
    expect(special).toBe(0);
    expect(counts.hidden / counts.all).toBeCloseTo(0.15, 1.8);
    expect(counts.masked / counts.hidden).toBeCloseTo(0.8, 1.3);
    expect(counts.same / counts.hidden).toBeCloseTo(0.1, 1.3);
  });
});

describe('vectors of texts', () => {
  const vectors = [
    [1, 0],
    [0.8, 0.6],
    [0, 2],
    [0.6, -0.8],
    [1, 1],
    [-1, 0.5],
  ];
  const loss = (name: keyof typeof similarityLosses, rows: Partial<RelatedTexts>[], count: number) =>
    scope(() => {
      const flat = fromArray(Float64Array.from(vectors.slice(0, count).flat())).reshape(count, 2);
      const options = { scale: 20, margin: 5, rows: rows.length };
      return similarityLosses[name](flat, rows as RelatedTexts[], options)
        .perRow.sum()
        .item();
    });
  const cosine = (a: number, b: number) => {
    const [x, y] = [vectors[a], vectors[b]];
    return (x[0] * y[0] + x[1] * y[1]) / Math.hypot(...x) / Math.hypot(...y);
  };
  const entropy = (scores: number[], right: number) =>
    Math.log(scores.reduce((sum, s) => sum + Math.exp(s), 0)) - scores[right];

  it('have the losses of sentence-transformers', () => {
    const pairs = [{ segments: [1, 1] }, { segments: [1, 1, 1] }];
    const scores = [0, 2].map((anchor) => [1, 3, 4].map((candidate) => 20 * cosine(anchor, candidate)));
    expect(loss('multiple_negatives_ranking', pairs, 5)).toBeCloseTo(
      (entropy(scores[0], 0) + entropy(scores[1], 1)) / 2,
      8,
    );
    const graded = [0.9, 0.1, 0.5].map((score) => ({ segments: [1, 1], score }));
    const cosines = [cosine(0, 1), cosine(2, 3), cosine(4, 5)];
    const terms = [
      [1, 0],
      [2, 0],
      [1, 2],
    ].map(([i, j]) => Math.exp(20 * (cosines[i] - cosines[j])));
    expect(loss('cosent', graded, 6)).toBeCloseTo(Math.log(1 + terms.reduce((sum, one) => sum + one, 0)), 8);
    const squares = [0.9, 0.1, 0.5].map((value, i) => (cosines[i] - value) ** 2);
    expect(loss('cosine_similarity', graded, 6)).toBeCloseTo(
      squares.reduce((sum, one) => sum + one / 3, 0),
      8,
    );
    const distance = (a: number, b: number) => Math.hypot(...vectors[a].map((x, i) => x - vectors[b][i] + 1e-6));
    expect(loss('triplet', [{ segments: [1, 1, 1] }], 3)).toBeCloseTo(distance(0, 1) - distance(0, 2) + 5, 8);
  });

  it.each([
    { loss: 'multiple_negatives_ranking', kind: 'pair' },
    { loss: 'cosent', kind: 'graded' },
  ])('$loss takes the same step in parts as at once, dropout and all', async ({ loss: name, kind }) => {
    const words = ['anna', 'rome', 'likes', 'cats', 'and dogs', 'xyz'];
    const examples = words.map((word, i) =>
      kind === 'pair'
        ? { kind, anchor: `${word} one`, positive: `two ${word}`, negatives: i === 0 ? ['other'] : [] }
        : { kind, first: `${word} one`, second: `two ${words[(i * 2) % 6]}`, score: i / 6 },
    );
    const { objective, rows } = await prepared('contrastive', { loss: name, scale: 20, margin: 5 }, examples);
    const gradients = async (microBatches: PreparedRow[][]) => {
      const { model } = await loadModel(folder, { task: 'embedding', dtype: 'f32' });
      createFull(model, {} as never);
      const found: number[][] = [];
      const update = { step: () => (found.push(...gradientsOf(model)), 0) } as unknown as Update;
      const request = { microBatches, step: 2, seed: 1, checkpointing: false };
      const { loss: value } = await trainStep(
        { model, objective, update },
        { ...request, options: { learningRate: 0, weightDecay: 0, maxGradNorm: 0 } },
      );
      model.dispose();
      return { value, found };
    };
    const whole = await gradients([rows]);
    const parts = await gradients([rows.slice(0, 2), rows.slice(2, 3), rows.slice(3)]);
    expect(parts.value).toBeCloseTo(whole.value, 5);
    for (const [i, gradient] of whole.found.entries())
      for (const [j, value] of gradient.entries()) expect(parts.found[i][j]).toBeCloseTo(value, 4);
    expect(whole.found.flat().some((value) => Math.abs(value) > 1e-3)).toBe(true);
  });

  it('are evaluated as at once in micro-batches of a few tokens, 32 rows against each other', async () => {
    const examples = Array.from({ length: 40 }, (_, i) => ({
      kind: 'pair',
      anchor: `anna ${i}`,
      positive: `${i} rome`,
      negatives: [],
    }));
    const { objective, rows } = await prepared('contrastive', { loss: 'auto', scale: 20, margin: 5 }, examples);
    const { model } = await loadModel(folder, { task: 'embedding', dtype: 'f32' });
    const [few, many] = [
      await evaluateRows({ model, objective }, rows, { microBatchTokens: 30 }),
      await evaluateRows({ model, objective }, rows, { microBatchTokens: 100_000 }),
    ];
    for (const [row, value] of many.perRow.entries()) expect(few.perRow[row]).toBeCloseTo(value, 4);
    const lastEight = await evaluateRows({ model, objective }, rows.slice(32), { microBatchTokens: 100_000 });
    expect([...lastEight.perRow]).toEqual(Array.from(many.perRow.slice(32)));
    expect(many.metrics.loss).toBeCloseTo(many.perRow.reduce((sum, value) => sum + value, 0) / 40, 6);
    model.dispose();
  });
});

function gradientsOf(model: Model): number[][] {
  return [...model.parameters()].flatMap(([, { tensor }]) => {
    const gradient = scope(() => (tensor.grad as Tensor | undefined)?.toNumbers());
    return gradient === undefined ? [] : [[...gradient].slice(0, 50)];
  });
}
