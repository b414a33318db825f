import { afterAll, describe, expect, it } from 'vitest';
import { Batcher } from '../../../src/answering/decoding/index.ts';
import type { Model } from '../../../src/models/model.ts';
import type { StackInput } from '../../../src/models/stack.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { liveTensors, noGrad, scope, zeros } from '../../../src/engine/tensor/index.ts';
import { sourceOfRow, tinyCases, tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';

const decoders = (await tinyCases()).filter(([, { task }]) => task === 'causal-lm' || task === 'seq2seq');

/** Log-probabilities of the next token after each prefix of at least `from` tokens, each computed without a cache. */
function fullLogProbs(
  model: Model,
  { tokens, from }: { tokens: readonly number[]; from: number },
  all?: { of: StackInput; row: number },
): number[][] {
  return Array.from(
    { length: tokens.length - from + 1 },
    (_, i) =>
      scope(() => {
        const prefix = BigInt64Array.from(tokens.slice(0, from + i), BigInt);
        const layout = layoutOfRows([prefix.length], { causal: true });
        const source = all && sourceOfRow(all.of, all.row);
        const hidden = noGrad(() => model.hidden({ ids: prefix, layout, source }));
        const last = hidden.narrow(0, prefix.length - 1, 1);
        return { values: model.tokenHead.logits(last).logSoftmax(-1).toNumbers() };
      }).values,
  );
}

const tokenizer = { decode: (ids: Iterable<number>) => [...ids].join(' '), stopIds: [] };

describe.each(decoders)('decoding with a cache: %s', (_, tiny) => {
  // In pieces of 16 tokens, with rows that join late, end early, and share prompt prefixes.
  it('gives what reading the whole rows gives, while rows join and leave', async () => {
    const before = liveTensors();
    const model = await tinyModel(tiny, 'f32');
    const long = Array.from({ length: 21 }, (_x, i) => (7 * i) % 17);
    const prompts = [[3, 1, 4, 1], long, [5, 3, 5], [...long.slice(0, 18), 2], [8]];
    const input = tinyInput(model, Array<number>(prompts.length).fill(2));
    const { source } = input;
    const memory = source && model.remember(source);
    const batcher = new Batcher({ model, tokenizer }, { maxPassTokens: 16, maxSequences: 3 });

    const completions = await Promise.all(
      prompts.map((prompt, row) =>
        batcher.submit({ prompt, maxNewTokens: 3 + 2 * row, logProbs: 17, memory: memory && { of: memory, row } }),
      ),
    );
    for (const [row, [{ ids, logProbs }]] of completions.entries()) {
      const whole = { tokens: [...prompts[row], ...ids], from: prompts[row].length };
      const wanted = fullLogProbs(model, whole, source && { of: source, row });
      expect(ids).toHaveLength(3 + 2 * row);
      for (const [place, { id, logProb, top }] of (logProbs ?? []).entries()) {
        expect(id).toBe(wanted[place].indexOf(Math.max(...wanted[place])));
        expect(logProb).toBeCloseTo(wanted[place][id], 4);
        expect(top).toHaveLength(17);
        for (const one of top) expect(one.logProb).toBeCloseTo(wanted[place][one.id], 4);
      }
    }
    // Row 3 starts with the same block as row 1, unless each has its own recording.
    expect(batcher.counts.shared).toBe(memory === undefined ? 16 : 0);

    batcher[Symbol.dispose]();
    memory?.[Symbol.dispose]();
    source?.features?.dispose();
    input.images?.pixels.dispose();
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
