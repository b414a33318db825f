import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../src/models/index.ts';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { aten, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';

/** Tokens of a nine-token row that the fifth token sees. */
function seenByFifth(model: Model): number[] {
  const input = tinyInput(model, [9]);
  const ids = input.ids as BigInt64Array;
  const fifth = (changed: BigInt64Array) =>
    scope(() =>
      model
        .hidden({ ...input, ids: changed })
        .narrow(0, 4, 1)
        .toNumbers(),
    ).join();
  const before = fifth(ids);
  return [...ids.keys()].filter((token) => fifth(ids.with(token, (ids[token] + 1n) % 17n)) !== before);
}

describe('modernbert', () => {
  const [raw] = tinyConfigs.modernbert;

  it.each([
    ['a layer between global ones sees half the local attention to each side', ['sliding_attention'], [2, 3, 4, 5, 6]],
    ['a global layer sees all', ['full_attention'], [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%s', async (_, layer_types, seen) => {
    const model = await tinyModel({ raw: { ...raw, layer_types, num_hidden_layers: 1 }, task: 'embedding' });
    expect(seenByFifth(model)).toEqual(seen);
    model.dispose();
  });

  it('starts with a global layer, and every third one after it unless said', async () => {
    const { global_attn_every_n_layers: _every, ...plain } = raw;
    const model = await tinyModel({ raw: { ...plain, num_hidden_layers: 1 }, task: 'embedding' });
    expect(seenByFifth(model)).toHaveLength(9);
    model.dispose();
  });

  it('shows its last state before the final norm, as the reference does', async () => {
    const model = await tinyModel({ raw, task: 'embedding' });
    scope(() => {
      const states: Tensor[] = [];
      const input = tinyInput(model, [5]);
      const hidden = model.hidden(input, { watch: (index, x) => void (states[index] = x) });
      expect(states).toHaveLength(4);
      const normed = (model.trunk.stack.finish as (x: Tensor) => Tensor).call(model.trunk.stack, states[3]);
      expect(normed.toNumbers()).toEqual(hidden.toNumbers());
    });
    model.dispose();
  });

  it('refuses other kinds of rotary positions and a wrong number of layers', async () => {
    const build = (change: object) => createModel({ ...raw, ...change }, { dtype: 'f32', seed: 0 });
    const scaled = { full_attention: { rope_theta: 1e4, rope_type: 'yarn' } };
    await expect(build({ rope_parameters: scaled })).rejects.toThrow(/only unscaled/);
    await expect(build({ layer_types: ['full_attention'] })).rejects.toThrow(/num_hidden_layers/);
  });
});

it('roberta keeps the first rows of its position table for padding', async () => {
  const { limits } = await architectures.load('roberta');
  expect(limits(tinyConfigs.roberta[0]).maxPositions).toBe(30);
  const model = await tinyModel({ raw: tinyConfigs.roberta[0], task: 'embedding' });
  scope(() => {
    for (const [path, { tensor }] of model.parameters()) {
      if (path.endsWith('position_embeddings.weight')) tensor.detach().narrow(0, 0, 2).mul_(Number.NaN);
    }
    expect(
      model
        .hidden(tinyInput(model, [30]))
        .toNumbers()
        .every(Number.isFinite),
    ).toBe(true);
  });
  model.dispose();
});

describe('t5', () => {
  /** The reference's rule for decoders with 32 buckets up to a distance of 128, computed by hand. */
  const known: [distance: number, range: number][] = [
    [0, 0],
    [15, 15],
    [16, 16],
    [20, 17],
    [64, 26],
    [127, 31],
    [128, 31],
    [5000, 31],
  ];

  it('gives near distances a number each and far ones a common one', async () => {
    const config = { ...tinyConfigs.t5[0], relative_attention_num_buckets: 32, relative_attention_max_distance: 128 };
    const model = await tinyModel({ raw: config, task: 'seq2seq' });
    scope(() => {
      // Only the bucket distinguishes tokens: heads see nothing but the bias.
      const table = [...model.parameters()].find(([path]) => /^decoder.*relative_attention_bias/.test(path))?.[1];
      const { tensor } = table!;
      const [{ SelfAttention }] = (model.trunk.stack.blockList[0] as never as { layer: { SelfAttention: never }[] })
        .layer;
      const { relative_attention_bias: bias } = SelfAttention as {
        relative_attention_bias: { of(distances: Tensor): Tensor };
      };
      for (const [distance, range] of known) {
        const got = bias.of(aten.full.default([1], -distance, { dtype: 'i64' })).toNumbers();
        expect(got, `a key ${distance} before its query`).toEqual(tensor.detach().narrow(0, range, 1).toNumbers());
      }
      const after = bias.of(aten.full.default([1], 3, { dtype: 'i64' })).toNumbers();
      expect(after).toEqual(tensor.detach().narrow(0, 0, 1).toNumbers());
    });
    model.dispose();
  });

  it.each([
    ['t5', { tie_word_embeddings: true, scale_decoder_outputs: false }, 1],
    ['t5', { tie_word_embeddings: true, scale_decoder_outputs: true }, 8 ** -0.5],
    ['t5', { tie_word_embeddings: true }, 8 ** -0.5],
    ['t5', { tie_word_embeddings: false }, 1],
    ['mt5', { tie_word_embeddings: true }, 1],
  ])(
    'keeps the head of a %s checkpoint whose config.json says %o, and scales by %f',
    async (model_type, keys, scale) => {
      const folder = mkdtempSync(join(tmpdir(), 'attune-t5-'));
      const own = { ...tinyConfigs.t5[0], model_type, tie_word_embeddings: false };
      const made = await tinyModel({ raw: own, task: 'seq2seq' }, 'f32');
      saveModel(made, folder);
      const head = new Map(made.parameters()).get('lm_head.weight')!.tensor.toNumbers();
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...own, transformers_version: '5.13.0', ...keys }));
      const { model, unused } = await loadModel(folder);
      expect(unused).toEqual([]);
      expect(new Map(model.parameters()).get('lm_head.weight')!.tensor.toNumbers()).toEqual(head);
      expect(model.tokenHead.scale).toBe(scale);
      // The saved result is loaded unchanged.
      saveModel(model, folder);
      expect((await loadModel(folder)).model.tokenHead.scale).toBe(scale);
      rmSync(folder, { recursive: true });
    },
  );

  it('keeps the numbers of its config.json as they are written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-t5-'));
    saveModel(await tinyModel({ raw: tinyConfigs.t5[0], task: 'seq2seq' }, 'f32'), folder);
    const path = join(folder, 'config.json');
    const text = readFileSync(path, 'utf8')
      .replace('"initializer_factor": 0.6', '"initializer_factor": 1.0,\n  "layer_norm_epsilon": 1e-06')
      .replace('"dropout_rate": 0.2', '"dropout_rate": 0.0');
    writeFileSync(path, text);
    saveModel((await loadModel(folder)).model, folder);
    expect(readFileSync(path, 'utf8')).toBe(text);
    rmSync(folder, { recursive: true });
  });

  it('is an encoder alone where it makes vectors', async () => {
    const model = await tinyModel({ raw: tinyConfigs.t5[0], task: 'embedding' });
    expect([...model.parameters()].some(([path]) => path.startsWith('decoder.'))).toBe(false);
    scope(() => {
      const layout = layoutOfRows([3, 2], { causal: false });
      const input = { layout, ids: BigInt64Array.of(1n, 2n, 3n, 4n, 5n) };
      expect(model.embeddingHead.embed(model.hidden(input), layout).shape).toEqual([2, 8]);
    });
    model.dispose();
  });
});

it("electra's discriminator is loaded as one, and gives each token a score", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-electra-'));
  const model = await tinyModel({ raw: tinyConfigs.electra[0], task: 'replaced-token' });
  saveModel(model, folder);
  const { model: again } = await loadModel(folder);
  expect([again.task, again.config.architectures]).toEqual(['replaced-token', ['ElectraForPreTraining']]);
  expect([...again.head.parameters()].map(([path]) => path)).toContain(
    'discriminator_predictions.dense_prediction.bias',
  );
  scope(() => {
    const input = tinyInput(model, [3, 4]);
    expect(again.tokenClassHead.scores(again.hidden(input), input.layout!).shape).toEqual([7, 1]);
  });
  for (const one of [model, again]) one.dispose();
  rmSync(folder, { recursive: true });
});

it("a model that is a trunk's own class has paths without the trunk's name, as PEFT names its adapters", async () => {
  const pathsOf = async (task: 'embedding' | 'masked-lm') => {
    const model = await tinyModel({ raw: tinyConfigs.bert[0], task });
    const paths = [...model.parameters()].map(([path]) => path);
    model.dispose();
    return paths;
  };
  expect(await pathsOf('embedding')).toContain('encoder.layer.0.attention.self.query.weight');
  expect(await pathsOf('masked-lm')).toContain('bert.encoder.layer.0.attention.self.query.weight');
});
