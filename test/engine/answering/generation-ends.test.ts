// Where answers end, and which parts are streamed.
import { afterAll, describe, expect, it } from 'vitest';
import { Batcher } from '../../../src/answering/decoding/index.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
afterAll(() => model.dispose());

/** Ids as words: " 3 14 15". */
const tokenizer = { decode: (ids: Iterable<number>) => [...ids].map((id) => ` ${id}`).join(''), stopIds: [16] };
const parts = { model, tokenizer };

describe('an answer of a least length', () => {
  it('ends neither by a token nor by a text before it', async () => {
    const request = { prompt: [1, 2, 3], maxNewTokens: 8, stopIds: [] };
    using batcher = new Batcher(parts);
    const [{ ids }] = await batcher.submit(request);
    const lengths = async (given: object) => {
      const asked = [0, 3].map((minNewTokens) => batcher.submit({ ...request, ...given, minNewTokens }));
      return (await Promise.all(asked)).map(([one]) => one.ids.length);
    };
    expect(await lengths({ stopIds: [ids[0]] })).toEqual([0, expect.toSatisfy((length: number) => length >= 3)]);
    expect(await lengths({ stop: [` ${ids[0]}`] })).toEqual([1, expect.toSatisfy((length: number) => length >= 3)]);
  });
});

describe('text', () => {
  it('that is streamed is the text of the answer, cut before a stop text across token borders', async () => {
    using batcher = new Batcher(parts);
    const request = { prompt: [1, 2, 3], maxNewTokens: 20, stopIds: [] };
    const [{ text: whole }] = await batcher.submit(request);
    const stop = whole.slice(9, 13);
    let streamed = '';
    const [answer] = await batcher.submit({ ...request, stop: [stop] }, ({ text }) => (streamed += text));
    expect(answer).toMatchObject({ text: whole.slice(0, whole.indexOf(stop)), finishReason: 'stop' });
    expect(streamed).toBe(answer.text);
  });

  it('is the same whether someone reads along or not', async () => {
    using batcher = new Batcher(parts);
    const request = { prompt: [4, 5], maxNewTokens: 9, temperature: 1 };
    expect(await batcher.submit(request, () => undefined)).toEqual(await batcher.submit(request));
  });
});
