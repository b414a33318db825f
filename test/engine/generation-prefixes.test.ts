import { afterAll, describe, expect, it } from 'vitest';
import { tokenTableOf } from '../../src/models/architecture.ts';
import { Batcher, type Completion } from '../../src/answering/decoding/index.ts';
import { noGrad } from '../../src/engine/tensor/index.ts';
import { tinyConfigs, tinyModel } from './tiny-models.ts';

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
    // Of the row under way, whatever is generated from then on is what the new weights make of all that was there.
    const [{ ids }] = await long;
    const [again] = await fresh.submit({ prompt: [...prompt, ...ids.slice(0, 10)], maxNewTokens: 10, stopIds: [] });
    expect(again.ids).toEqual(ids.slice(10));
    move();
    batcher.weightsMoved();
    expect(said(await ask(batcher))).toEqual(first);
    moving.dispose();
  });
});
