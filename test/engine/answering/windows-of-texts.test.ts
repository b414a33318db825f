// Classification of texts in windows: training, prediction, and training with precomputed frozen blocks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClassificationExample } from '../../../src/data/example.ts';
import { create } from '../../../src/training/objectives/classification.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { scope, noGrad } from '../../../src/engine/tensor/index.ts';
import { computeFrozen, resumedObjective, type ResumedRow } from '../../../src/training/frozen-blocks.ts';
import type { Objective, Processor } from '../../../src/training/objective.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { modelPredictor } from '../../../src/answering/predict/model-predictor.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import type { LabelledRow } from '../../../src/training/objectives/labelled-rows.ts';

const labels = ['no', 'yes'];
const options = { labels: null, class_weights: null, threshold: null, costs: null };
const objective = create(options, { labels, causal: false } as unknown as Processor);
const source = { file: 'rows', line: 1 };

let model: Model;
beforeAll(async () => {
  const sizes = {
    vocab_size: 61,
    embedding_size: 16,
    hidden_size: 24,
    intermediate_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    max_position_embeddings: 16,
  };
  model = await createModel(
    { model_type: 'use_lite', ...sizes },
    { dtype: 'f32', seed: 3, task: 'sequence', labels, problemType: 'single_label_classification' },
  );
});
afterAll(() => model.dispose());

function row(ids: readonly number[], segments?: readonly number[]): LabelledRow {
  const id = ids.join(' ');
  return { id, ids: Int32Array.from(ids), trained: new Uint8Array(ids.length), label: 1, segments, source };
}

/** Logits, row by row. */
function scoresOf(rows: readonly LabelledRow[], by: Objective = objective): number[] {
  return noGrad(() =>
    scope(() => {
      const { input } = by.collate(rows);
      return model.sequenceHead.scores(model.hidden(input), model.layoutOf(input)).toNumbers();
    }),
  );
}

it('a text has the mean of what its windows have, whatever stands beside it', () => {
  const [first, second, other] = [row([3, 1, 4, 1]), row([5, 9, 2]), row([6, 5])];
  const [a, b, c, d, e, f] = scoresOf([first, second, other]);
  const found = scoresOf([other, row([3, 1, 4, 1, 5, 9, 2], [4, 3])]);
  for (const [i, wanted] of [e, f, (a + c) / 2, (b + d) / 2].entries()) expect(found[i]).toBeCloseTo(wanted, 5);
});

it('frozen blocks leave each window what it is', async () => {
  const rows = [row([3, 1, 4, 1, 5, 9, 2], [4, 3]), row([6, 5])];
  const kept = new Map<string, ResumedRow>();
  const request = { blocks: 1, microBatchTokens: 64, signal: new AbortController().signal, onProgress: () => {} };
  await computeFrozen({ model, objective }, rows, { add: ({ id }, resumed) => kept.set(id, resumed) }, request);
  const found = scoresOf(rows, resumedObjective({ model, objective }, { read: ({ id }) => kept.get(id) }));
  for (const [i, wanted] of scoresOf(rows).entries()) expect(found[i]).toBeCloseTo(wanted, 5);
});

it('a model that was trained on windows answers by windows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-windows-'));
  writeTinyBert(folder, ['red', 'blue', 'green', 'house', 'dog']);
  const opened = await openModel(folder, { as: 'sequence', precision: 'f32' });
  const answers = async (texts: readonly string[], data: Partial<Recipe['data']>) => {
    const reading = { max_length: 5, long_rows: 'split', max_windows: null, ...data } as Recipe['data'];
    const examples = texts.map((text): ClassificationExample => {
      return { kind: 'classification', id: text, text, label: 'LABEL_0', source };
    });
    const ask = (asked: readonly object[]) => Promise.resolve(asked.map((example) => ({ example })));
    const predictor = modelPredictor('m', { ...opened, reading }, { ask: ask as never, maxNewTokens: 1 });
    const found = await predictor.predict(examples);
    return found.map(({ scores }) => scores && Math.log(scores.LABEL_1 / scores.LABEL_0));
  };
  // [CLS], three words, [SEP]
  const windows = ['red house dog', 'blue dog dog', 'green blue red'];
  const apart = await answers(windows, {});
  const [whole] = await answers([windows.join(' ')], {});
  expect(whole).toBeCloseTo(apart.reduce((sum, one) => sum! + one!, 0)! / 3, 4);
  const [ends] = await answers([windows.join(' ')], { max_windows: 2 });
  expect(ends).toBeCloseTo((apart[0]! + apart[2]!) / 2, 4);
  const [beginning] = await answers([windows.join(' ')], { long_rows: 'truncate' });
  expect(beginning).toBeCloseTo(apart[0]!, 4);
  // Runs from before the key existed truncate such texts.
  const [older] = await answers([windows.join(' ')], { max_windows: undefined });
  expect(older).toBeCloseTo(apart[0]!, 4);
  opened.model.dispose();
  rmSync(folder, { recursive: true });
});
