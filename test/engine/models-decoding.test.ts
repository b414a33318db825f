import { afterAll, describe, expect, it } from 'vitest';
import { Decoding } from '../../src/generate/index.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';
import { layoutOfRows } from '../../src/nn/index.ts';
import { liveTensors, noGrad, scope, zeros } from '../../src/tensor/index.ts';
import { tinyCases, tinyConfigs, tinyInput, tinyModel } from './tiny-models.ts';

const decoders = (await tinyCases()).filter(([, { task }]) => task === 'causal-lm' || task === 'seq2seq');

/** Logits after each row of the input, without a cache. */
function fullLogits(model: Model, input: ModelInput): number[][] {
  return scope(() => {
    const hidden = noGrad(() => model.hidden(input));
    const rows = input.layout.rowOf.map((_, row) => hidden.narrow(0, input.layout.offsets[row + 1] - 1, 1));
    return { rows: rows.map((row) => model.tokenHead.logits(row).toNumbers()) };
  }).rows;
}

function expectClose(got: Float32Array, wanted: readonly number[]): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i], 4);
}

describe.each(decoders)('decoding with a cache: %s', (_, tiny) => {
  it('gives what reading the whole rows gives, also after rows have ended', async () => {
    const before = liveTensors();
    const model = await tinyModel(tiny, 'f32');
    const rows = [
      [3, 1, 4, 1, 5, 9, 2, 6],
      [5, 3, 5],
      [8, 9, 7, 9, 3],
    ];
    const input = tinyInput(
      model,
      rows.map((row) => row.length),
    );
    const source = input.source?.features;
    const memory = source === undefined ? undefined : model.remember({ features: source });
    const decoding = new Decoding(model, 3, memory);

    const wanted = (lengths: readonly (readonly [row: number, length: number])[]) => {
      const ids = BigInt64Array.from(
        lengths.flatMap(([row, length]) => rows[row].slice(0, length)),
        BigInt,
      );
      const layout = {
        ...layoutOfRows(
          lengths.map(([, length]) => length),
          { causal: true },
        ),
        rowOf: lengths.map(([row]) => row),
      };
      return fullLogits(model, { ids, layout, source: input.source });
    };
    const first = decoding.read(rows.map((row) => row.slice(0, 2)));
    for (const [i, logits] of wanted([
      [0, 2],
      [1, 2],
      [2, 2],
    ]).entries())
      expectClose(first[i], logits);
    const second = decoding.read([rows[0].slice(2, 7), rows[1].slice(2, 3), rows[2].slice(2, 4)]);
    for (const [i, logits] of wanted([
      [0, 7],
      [1, 3],
      [2, 4],
    ]).entries())
      expectClose(second[i], logits);
    decoding.select([0, 2]); // the second row has ended
    const third = decoding.read([rows[0].slice(7, 8), rows[2].slice(4, 5)]);
    for (const [i, logits] of wanted([
      [0, 8],
      [2, 5],
    ]).entries())
      expectClose(third[i], logits);

    decoding[Symbol.dispose]();
    memory?.[Symbol.dispose]();
    source?.dispose();
    model.dispose();
    expect(liveTensors()).toBe(before);
  });
});

describe('a sliding window', () => {
  const one = { num_hidden_layers: 1, sliding_window: 3 };
  it.each([
    ['mistral', one, 3],
    ['mistral', { ...one, num_hidden_layers: 2 }, 5],
    ['qwen2', { ...one, max_window_layers: 0 }, 3],
    ['qwen2', { ...one, max_window_layers: 1 }, 8],
    ['qwen2', { ...one, layer_types: ['sliding_attention'], max_window_layers: 9 }, 3],
    ['qwen2', { ...one, use_sliding_window: false }, 8],
    ['qwen3', { ...one, use_sliding_window: true, max_window_layers: 0 }, 3],
  ] as const)('%s with %j: a token sees %i tokens', async (type, change, seen) => {
    const model = await tinyModel({ raw: { ...tinyConfigs[type][0], ...change }, task: 'causal-lm' });
    scope(() => {
      const input = tinyInput(model, [8]);
      const last = (ids: BigInt64Array) =>
        model
          .hidden({ ...input, ids })
          .narrow(0, 7, 1)
          .toNumbers()
          .join();
      const ids = input.ids as BigInt64Array;
      const before = last(ids);
      const counts = ids.keys().filter((token) => last(ids.with(token, (ids[token] + 1n) % 17n)) !== before);
      expect([...counts]).toEqual(Array.from({ length: seen }, (_, i) => 8 - seen + i));
    });
    model.dispose();
  });
});

describe('whisper', async () => {
  const model = await tinyModel({
    raw: (await tinyCases()).find(([name]) => name.startsWith('whisper'))?.[1].raw ?? {},
    task: 'seq2seq',
  });
  afterAll(() => model.dispose());

  it('knows how many frames its features make: every other one', () => {
    scope(() => {
      const layout = model.trunk.encoderStack?.layoutOf({ features: zeros([2, 3, 11]) });
      expect([layout?.offsets, layout?.causal]).toEqual([[0, 6, 12], false]);
      expect(model.encode({ features: zeros([2, 3, 11], { dtype: 'f64' }) }).hidden.shape).toEqual([12, 8]);
    });
  });

  it.each([[[2, 4, 10]], [[2, 3, 13]], [[2, 3, 0]]])('refuses features of shape %j', (shape) => {
    scope(() => expect(() => model.encode({ features: zeros(shape) })).toThrow(/E_FEATURES_SHAPE/));
  });

  it('a row sees its own recording only', () => {
    scope(() => {
      const input = tinyInput(model, [2, 3]);
      const before = model.hidden(input);
      input.source?.features?.narrow(0, 1, 1).mul_(3);
      const after = model.hidden(input);
      expect(after.narrow(0, 0, 2).toNumbers()).toEqual(before.narrow(0, 0, 2).toNumbers());
      expect(after.narrow(0, 2, 3).toNumbers()).not.toEqual(before.narrow(0, 2, 3).toNumbers());
    });
  });

  it('needs a source or a memory', () => {
    scope(() => {
      const { layout, ids } = tinyInput(model, [2]);
      expect(() => model.hidden({ layout, ids })).toThrow(/source or a memory/);
    });
  });
});
