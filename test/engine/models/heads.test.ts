import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { poolings, type Pooling } from '../../../src/models/heads/pooling.ts';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { fromArray, SafetensorsFile, scope } from '../../../src/engine/tensor/index.ts';
import { tinyConfigs, tinyInput } from '../tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-heads-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [bert] = tinyConfigs.bert;
const options = { dtype: 'f64', seed: 1 } as const;

describe('pooling', () => {
  const layout = layoutOfRows([3, 1], { causal: false });
  const wanted: Record<Exclude<Pooling, 'rest' | 'first-and-rest'>, number[]> = {
    first: [1, -5, 7, 8],
    last: [3, -7, 7, 8],
    mean: [2, -6, 7, 8],
    max: [3, -5, 7, 8],
  };

  it.each(Object.entries(wanted))('%s takes one vector from each row', (name, values) => {
    scope(() => {
      const hidden = fromArray(Float64Array.of(1, -5, 2, -6, 3, -7, 7, 8), [4, 2]);
      expect(poolings[name as Pooling](hidden, layout).toNumbers()).toEqual(values);
    });
  });

  it.each([
    ['rest', [2.5, -6.5]],
    ['first-and-rest', [1, -5, 2.5, -6.5]],
  ] as const)('%s leaves the first token out of the mean', (name, values) => {
    scope(() => {
      const hidden = fromArray(Float64Array.of(1, -5, 2, -6, 3, -7), [3, 2]);
      expect(poolings[name](hidden, layoutOfRows([3], { causal: false })).toNumbers()).toEqual(values);
    });
  });
});

it('vectors of rows have the length 1 unless asked otherwise, and a bare model is saved without a prefix', async () => {
  const model = await createModel(bert, { ...options, task: 'embedding' });
  saveModel(model, join(folder, 'bare'));
  using file = new SafetensorsFile(join(folder, 'bare', 'model.safetensors'));
  expect(file.names).toContain('embeddings.LayerNorm.weight');
  expect(readJson(join(folder, 'bare', 'config.json'))).toMatchObject({ architectures: ['BertModel'] });
  const { model: raw } = await loadModel(join(folder, 'bare'), { embedding: { normalise: false, pooling: 'first' } });
  const input = tinyInput(model, [3, 5]);
  scope(() => {
    const unit = model.embeddingHead.embed(model.hidden(input), model.layoutOf(input));
    for (const square of unit.pow(2).sum(1).toNumbers()) expect(square).toBeCloseTo(1, 12);
    const hidden = raw.hidden(input);
    const first = raw.embeddingHead.embed(hidden, model.layoutOf(input));
    expect(first.toNumbers()).toEqual(poolings.first(hidden, model.layoutOf(input)).toNumbers());
  });
  model.dispose();
  raw.dispose();
});

it('a model for words that is made into one for vectors leaves its head and its name behind', async () => {
  const words = await createModel(bert, { ...options, task: 'masked-lm' });
  saveModel(words, join(folder, 'words'));
  const { model, unused } = await loadModel(join(folder, 'words'), { task: 'embedding' });
  expect(unused.every((name) => name.startsWith('cls.'))).toBe(true);
  saveModel(model, join(folder, 'vectors'));
  const { model: again } = await loadModel(join(folder, 'vectors'));
  expect([again.task, again.config.architectures]).toEqual(['embedding', ['BertModel']]);
  for (const one of [words, model, again]) one.dispose();
});

describe('a decoder as a model for vectors', () => {
  it.each(['llama', 'gpt2', 'gpt_neox', 'gemma3_text', 'qwen3'] as const)(
    '%s takes the state of each row’s last token, and is found again under its own name',
    async (name) => {
      const [raw] = tinyConfigs[name];
      const words = await createModel(raw, { ...options, task: 'causal-lm' });
      saveModel(words, join(folder, name));
      const { model, initialised } = await loadModel(join(folder, name), { task: 'embedding', dtype: 'f64' });
      expect(initialised).toEqual([]);
      const input = tinyInput(model, [3, 5]);
      const vectorsOf = (one: typeof model) =>
        scope(() => one.embeddingHead.embed(one.hidden(input), one.layoutOf(input)).toNumbers());
      scope(() => {
        const last = poolings.last(words.hidden(input), words.layoutOf(input));
        const norms = last.pow(2).sum(1, { keepdim: true }).pow(0.5);
        expect(vectorsOf(model)).toEqual(last.div(norms).toNumbers());
      });
      saveModel(model, join(folder, `${name} vectors`));
      const { model: again } = await loadModel(join(folder, `${name} vectors`), { dtype: 'f64' });
      const trunk = { llama: 'Llama', gpt2: 'GPT2', gpt_neox: 'GPTNeoX', gemma3_text: 'Gemma3Text', qwen3: 'Qwen3' };
      expect([again.task, again.config.architectures]).toEqual(['embedding', [`${trunk[name]}Model`]]);
      expect(vectorsOf(again)).toEqual(vectorsOf(model));
      // As in sentence-transformers' folders of decoders: the pooling that they specify is used.
      const pooling = join(folder, `${name} vectors`, '1_Pooling', 'config.json');
      writeJson(pooling, { pooling_mode_mean_tokens: true, pooling_mode_lasttoken: false });
      const { model: mean } = await loadModel(join(folder, `${name} vectors`), { dtype: 'f64' });
      expect(mean.embeddingHead.options.pooling).toBe('mean');
      expect(vectorsOf(mean)).not.toEqual(vectorsOf(model));
      for (const one of [words, model, again, mean]) one.dispose();
    },
  );
});

describe('what a classifier scores', () => {
  const sequence = { ...options, task: 'sequence' } as const;

  it('is classes, or a number where there is one score', async () => {
    for (const [labels, problemType] of [
      [['a', 'b'], 'single_label_classification'],
      [['price'], 'regression'],
    ] as const) {
      const model = await createModel(bert, { ...sequence, labels });
      expect(model.sequenceHead.problemType).toBe(problemType);
      model.dispose();
    }
  });

  it('is what was chosen, and is said in config.json', async () => {
    const chosen = { ...sequence, labels: ['a', 'b'], problemType: 'multi_label_classification' } as const;
    const model = await createModel(bert, chosen);
    saveModel(model, join(folder, 'many'));
    const { model: again } = await loadModel(join(folder, 'many'));
    expect(again.sequenceHead.problemType).toBe('multi_label_classification');
    for (const one of [model, again]) one.dispose();
  });

  it('is refused where the configuration names something unknown', async () => {
    const raw = { ...bert, problem_type: 'ranking' };
    await expect(createModel(raw, sequence)).rejects.toMatchObject({ code: 'E_CONFIG_BAD' });
  });
});

it('a head is asked for what it does', async () => {
  const model = await createModel(bert, { ...options, task: 'token' });
  expect(() => model.questionHead).toThrow('the head of a token model does not extract answers');
  model.dispose();
});
