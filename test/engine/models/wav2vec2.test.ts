// N frames, T frames of a row, V vocabulary
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import type { CtcHead } from '../../../src/models/heads/ctc.ts';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { drawSpans } from '../../../src/models/architectures/spec-augment.ts';
import { layoutOfRows, withRandomness } from '../../../src/engine/nn/index.ts';
import {
  backward,
  cat,
  fromArray,
  SafetensorsFile,
  scope,
  tensor,
  writeSafetensors,
  zeros,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { tinyConfigs, tinyInput } from '../tiny-models.ts';

const fixture = fileURLToPath(new URL('../../../fixtures/models/wav2vec2', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-wav2vec2-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const CONVOLUTION = 'wav2vec2.encoder.pos_conv_embed.conv';

describe('checkpoints', () => {
  it('that sum layers by weights are refused as classifiers only: nothing else reads that sum', async () => {
    const raw = { ...tinyConfigs.wav2vec2[0], use_weighted_layer_sum: true };
    (await createModel(raw, { task: 'ctc', dtype: 'f32', seed: 1 })).dispose();
    await expect(createModel(raw, { task: 'sequence', dtype: 'f32', seed: 1 })).rejects.toThrow(/weighted sums/);
  });

  it('keep the older names of the positional convolution', async () => {
    const older = mkdtempSync(join(temporary, 'older-'));
    const again = mkdtempSync(join(temporary, 'again-'));
    writeJson(join(older, 'config.json'), readJson(join(fixture, 'config.json')));
    using file = new SafetensorsFile(join(fixture, 'model.safetensors'));
    scope(() => {
      const renamed = file.names.map((name): [string, Tensor] => [
        name
          .replace('parametrizations.weight.original0', 'weight_g')
          .replace('parametrizations.weight.original1', 'weight_v'),
        file.get(name),
      ]);
      writeSafetensors(join(older, 'model.safetensors'), new Map(renamed));
    });
    const [ours, theirs] = [await loadModel(older), await loadModel(fixture)];
    expect([ours.unused, ours.initialised]).toEqual([[], []]);
    saveModel(ours.model, again);
    using saved = new SafetensorsFile(join(again, 'model.safetensors'));
    expect(saved.names).toEqual(expect.arrayContaining([`${CONVOLUTION}.weight_g`, `${CONVOLUTION}.weight_v`]));
    expect(saved.names.length).toBe(file.names.length);
    scope(() => {
      const features = wave([800]).unsqueeze(0);
      const [a, b] = [ours.model, theirs.model].map((model) => model.hidden({ ...layoutFor(model, { features }) }));
      expect(a.toNumbers()).toEqual(b.toNumbers());
    });
    ours.model.dispose();
    theirs.model.dispose();
  });

  it('that lack the vector of masked frames get a new one', async () => {
    const folder = mkdtempSync(join(temporary, 'masking-'));
    const config = { ...readJson<object>(join(fixture, 'config.json')), mask_time_prob: 0.3 };
    writeJson(join(folder, 'config.json'), config);
    using file = new SafetensorsFile(join(fixture, 'model.safetensors'));
    scope(() =>
      writeSafetensors(join(folder, 'model.safetensors'), new Map(file.names.map((name) => [name, file.get(name)]))),
    );
    const { model, initialised } = await loadModel(folder);
    expect(initialised).toEqual(['wav2vec2.masked_spec_embed']);
    model.dispose();
  });

  it('with convolutions after the encoder are refused by name', async () => {
    const raw = { ...tinyConfigs.wav2vec2[0], add_adapter: true };
    await expect(createModel(raw, { dtype: 'f32', seed: 1 })).rejects.toThrow(/add_adapter/);
  });
});

describe('recordings', () => {
  it('padded ones give what they give alone, where the norm is over channels', async () => {
    const model = await createModel(tinyConfigs.wav2vec2[1], { dtype: 'f64', seed: 1 });
    scope(() => {
      const [long, short] = [wave([30]), wave([14], 2)];
      const features = cat([long.unsqueeze(0), cat([short, zeros([16], { dtype: 'f64' }).add(9)]).unsqueeze(0)]);
      const padded = model.hidden(layoutFor(model, { features, featureLengths: [30, 14] }));
      const ragged = model.hidden(layoutFor(model, { features: cat([long, short]), featureLengths: [30, 14] }));
      expect(padded.shape).toEqual([10, 8]);
      expect(furthest(padded, ragged)).toBeLessThan(1e-12);
    });
    model.dispose();
  });

  it('too short for one frame are an error that says how long they must be', async () => {
    const model = await createModel(tinyConfigs.wav2vec2[0], { dtype: 'f32', seed: 1 });
    scope(() => {
      const features = wave([19]);
      expect(() => layoutFor(model, { features, featureLengths: [14, 5] })).toThrow(
        /Recording 2 of 2.*too short[\s\S]*at least 6 samples/,
      );
    });
    model.dispose();
  });
});

describe('in training only', () => {
  it('spans of a row are masked by its own key', async () => {
    const raw = {
      ...tinyConfigs.wav2vec2[0],
      ...noDropout,
      mask_time_prob: 0.5,
      mask_time_length: 2,
      mask_time_min_masks: 1,
    };
    const model = await createModel(
      { ...raw, mask_feature_prob: 0.3, mask_feature_length: 2 },
      { dtype: 'f64', seed: 1 },
    );
    scope(() => {
      const input = tinyInput(model, [9, 9]);
      const first = masked(model, input, 3n);
      expect(furthest(first, model.hidden(input))).toBeGreaterThan(0.01);
      expect(furthest(first, masked(model, input, 3n))).toBe(0);
      expect(furthest(first, masked(model, input, 4n))).toBeGreaterThan(0.01);
    });
    for (const [, parameter] of model.parameters()) parameter.setTrainable(true);
    scope(() => backward([masked(model, tinyInput(model, [9, 9]), 3n).sum()]));
    const vector = [...model.parameters()].find(([path]) => path.endsWith('masked_spec_embed'))?.[1].tensor;
    expect(scope(() => vector?.grad?.toNumbers().some((value) => value !== 0))).toBe(true);
    model.dispose();
  });

  it('as much is masked as the probability says, and no row is masked beyond itself', () => {
    const settings = { probability: 0.065, length: 10, fewest: 2 };
    const counts = Array.from({ length: 300 }, (_, row) => drawSpans(1000, settings, [1, 'mask', row]).length);
    const mean = counts.reduce((sum, count) => sum + count) / counts.length;
    expect(mean).toBeCloseTo(6.5, 0);
    expect(drawSpans(9, settings, [1, 'mask'])).toEqual([]);
    expect(drawSpans(10, settings, [1, 'mask'])).toEqual([0]);
    for (const start of drawSpans(25, { ...settings, fewest: 9 }, [2, 'mask'])) expect(start).toBeLessThanOrEqual(15);
  });

  it('layers are left out by step', async () => {
    const raw = { ...tinyConfigs.wav2vec2[0], ...noDropout, layerdrop: 0.5 };
    const model = await createModel(raw, { dtype: 'f64', seed: 1 });
    scope(() => {
      const input = tinyInput(model, [4]);
      const outputs = Array.from({ length: 12 }, (_, step) => masked(model, input, 1n, step).toNumbers().join());
      expect(new Set(outputs).size).toBe(4); // none, the first, the second, both
    });
    model.dispose();
  });
});

describe('the loss of a text', () => {
  const FRAMES = 4;

  it.each([[[1]], [[1, 2]], [[2, 2]], [[1, 2, 1]]])(
    '%j is summed over every path that collapses to it',
    async (text) => {
      const model = await ctcModel();
      const head = model.ctcHead;
      scope(() => {
        const { hidden, values } = hiddenThatGives(head, FRAMES);
        const layout = layoutOfRows([FRAMES], { causal: false });
        const probabilities = values.softmax(-1).toNumbers();
        let total = 0;
        for (const path of paths(FRAMES, 3)) {
          const collapsed = path.filter((id, t) => id !== 0 && id !== path[t - 1]);
          if (collapsed.join() === text.join())
            total += path.reduce((product, id, t) => product * probabilities[t * 3 + id], 1);
        }
        expect(head.losses(hidden, layout, [text]).item()).toBeCloseTo(-Math.log(total), 10);
      });
      model.dispose();
    },
  );

  it('that does not fit is infinite, or nothing where the configuration says so', async () => {
    for (const [zeroInfinity, loss] of [
      [false, Infinity],
      [true, 0],
    ] as const) {
      const model = await ctcModel({ ctc_zero_infinity: zeroInfinity });
      scope(() => {
        const head = model.ctcHead;
        const { hidden } = hiddenThatGives(head, 3);
        const losses = head.losses(hidden, layoutOfRows([2, 1], { causal: false }), [[1, 1], []]);
        expect(losses.toNumbers()[0]).toBe(loss);
        expect(Number.isFinite(losses.toNumbers()[1])).toBe(true);
      });
      model.dispose();
    }
  });
});

const noDropout = {
  hidden_dropout: 0,
  attention_dropout: 0,
  activation_dropout: 0,
  feat_proj_dropout: 0,
  layerdrop: 0,
};

function ctcModel(more: object = {}): Promise<Model> {
  return createModel({ ...tinyConfigs.wav2vec2[0], vocab_size: 3, ...more }, { dtype: 'f64', seed: 1 });
}

function hiddenThatGives(head: CtcHead, frames: number): { hidden: Tensor; values: Tensor } {
  const hidden = wave([frames * 8]).reshape(frames, 8);
  return { hidden, values: head.logits(hidden) };
}

function paths(length: number, ids: number): number[][] {
  if (length === 0) return [[]];
  return paths(length - 1, ids).flatMap((path) => Array.from({ length: ids }, (_, id) => [...path, id]));
}

function masked(model: Model, input: ReturnType<typeof tinyInput>, key: bigint, step = 0): Tensor {
  const tokens = fromArray(model.layoutOf(input).positions.map((position) => key * 65536n + position));
  return withRandomness({ seed: 7, step, tokens }, () => model.hidden(input));
}

function layoutFor(model: Model, input: { features: Tensor; featureLengths?: number[] }) {
  return { ...input, layout: model.trunk.stack.layoutOf(input) };
}

function wave([samples]: [number], seed = 1): Tensor {
  return tensor(
    Array.from({ length: samples }, (_, i) => Math.sin(i * 1.7 * seed) + Math.cos(i * i)),
    { dtype: 'f64' },
  );
}

function furthest(a: Tensor, b: Tensor): number {
  const other = b.toNumbers();
  return Math.max(...a.toNumbers().map((value, i) => Math.abs(value - other[i])));
}
