import { afterAll, describe, expect, it } from 'vitest';
import { tokenTableOf } from '../../../src/models/architecture.ts';
import { Batcher, type Completion } from '../../../src/answering/decoding/index.ts';
import { noGrad } from '../../../src/engine/tensor/index.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
afterAll(() => model.dispose());

const tokenizer = { decode: (ids: Iterable<number>) => [...ids].map((id) => ` ${id}`).join(''), stopIds: [16] };
const parts = { model, tokenizer };

function said([{ ids }]: readonly Completion[]): number[] {
  return ids;
}

describe('what was read of a prompt', () => {
  const prompt = Array.from({ length: 40 }, (_, i) => (3 * i) % 16);
  const ask = (batcher: Batcher, salt?: string) => batcher.submit({ prompt, salt, maxNewTokens: 3, stopIds: [] });

  it('is counted for each answer: read, shared and generated', async () => {
    using batcher = new Batcher(parts);
    const usages = [await ask(batcher), await ask(batcher)].map(([{ usage }]) => usage);
    expect(usages).toEqual([
      { prompt: 40, shared: 0, answer: 3 },
      { prompt: 40, shared: 32, answer: 3 },
    ]);
  });

  it('is shared under the same salt only, whatever it looks like', async () => {
    using batcher = new Batcher(parts);
    const shared: number[] = [];
    for (const salt of [undefined, 'a', 'a', '', '', 'null', '"a"', '0', undefined])
      shared.push((await ask(batcher, salt))[0].usage.shared);
    expect(shared).toEqual([0, 0, 32, 0, 32, 0, 0, 0, 32]);
  });

  it('is forgotten when the weights move, also by rows under way', async () => {
    const moving = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
    const move = () => noGrad(() => tokenTableOf(moving.trunk).weight.tensor.mul_(-1));
    using batcher = new Batcher({ model: moving, tokenizer });
    const first = said(await ask(batcher));
    const long = batcher.submit({ prompt, maxNewTokens: 20, stopIds: [] });
    while (batcher.counts.generated < 8) await new Promise((resolve) => setImmediate(resolve));
    move();
    batcher.weightsMoved();
    const after = await ask(batcher);
    expect(after[0].usage.shared).toBe(0);
    using fresh = new Batcher({ model: moving, tokenizer });
    expect(said(after)).toEqual(said(await ask(fresh)));
    // After the change, the row in progress continues as the new weights would continue its whole text.
    const [{ ids }] = await long;
    const [again] = await fresh.submit({ prompt: [...prompt, ...ids.slice(0, 10)], maxNewTokens: 10, stopIds: [] });
    expect(again.ids).toEqual(ids.slice(10));
    move();
    batcher.weightsMoved();
    expect(said(await ask(batcher))).toEqual(first);
    moving.dispose();
  });
});

describe.each(['granitemoehybrid', 'lfm2', 'minimax', 'qwen3_next'] as const)('states of %s', (type) => {
  const long = Array.from({ length: 50 }, (_, i) => (3 * i) % 16);
  const parted = (length: number, last: number) => [...long.slice(0, length), last, last];
  const askedOf =
    (batcher: Batcher) =>
    (prompt: number[], n = 1, salt?: string) =>
      batcher.submit({ prompt, n, salt, maxNewTokens: 6, stopIds: [] });
  const sharedOf = (answers: readonly Completion[]) => answers.map(({ usage }) => usage.shared);

  it('are kept at the end of a prompt, and where others parted from it', async () => {
    const hybrid = await tinyModel({ raw: tinyConfigs[type][0], task: 'causal-lm' }, 'f32');
    using batcher = new Batcher({ model: hybrid, tokenizer }, { maxPassTokens: 40 });
    const ask = askedOf(batcher);
    const samples = await ask(long, 3);
    expect(sharedOf(samples).toSorted()).toEqual([0, 48, 48]);
    const others = [];
    for (const last of [1, 2, 3]) others.push(...(await ask(parted(37, last))));
    // The first one finds no stored states where it diverges, and stores some for the next ones.
    expect(sharedOf(others)).toEqual([0, 32, 32]);
    expect(sharedOf(await ask([...long, ...samples[0].ids, 1]))).toEqual([48]);
    // Under its own salt, none of them shares.
    const alone = [
      ...(await ask(long, 1, 'a')),
      ...(await ask(parted(37, 2), 1, 'b')),
      ...(await ask(parted(37, 3), 1, 'c')),
    ];
    expect(sharedOf(alone)).toEqual([0, 0, 0]);
    expect([samples[2], others[1], others[2]].map(({ ids }) => ids)).toEqual(alone.map(({ ids }) => ids));
    batcher.weightsMoved();
    expect(sharedOf(await ask(long))).toEqual([0]);
    hybrid.dispose();
  });
});

it('states are not kept where there is memory for those of a few rows only', async () => {
  const hybrid = await tinyModel({ raw: tinyConfigs.qwen3_next[0], task: 'causal-lm' }, 'f32');
  const prompt = Array.from({ length: 40 }, (_, i) => (3 * i) % 16);
  const shared = async (cacheBytes: number) => {
    using batcher = new Batcher({ model: hybrid, tokenizer }, { cacheBytes });
    const answers = await batcher.submit({ prompt, n: 3, maxNewTokens: 3, stopIds: [] });
    return answers.map(({ usage }) => usage.shared);
  };
  expect(await shared(9000)).toEqual([0, 0, 0]);
  expect(await shared(18000)).toEqual([0, 32, 32]);
  hybrid.dispose();
});

it('a prefix is refused where layers keep a state', async () => {
  const hybrid = await tinyModel({ raw: tinyConfigs.lfm2[0], task: 'causal-lm' }, 'f32');
  const prefix = await tunings.load('prefix');
  await expect(prefix.create(hybrid, { num_virtual_tokens: 2 }, { seed: 1 })).rejects.toThrow(
    /E_NO_TARGETS[^]*1 of 2 layers attend to keys/,
  );
  hybrid.dispose();
});
