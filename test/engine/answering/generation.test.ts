import { afterAll, describe, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { tokenTableOf } from '../../../src/models/architecture.ts';
import {
  askInTurn,
  Batcher,
  generate,
  type BatcherOptions,
  type Completion,
  type GenerationRequest,
} from '../../../src/answering/decoding/index.ts';
import { aten, liveTensors, scope, tensor } from '../../../src/engine/tensor/index.ts';
import { tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';

const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
const speech = await tinyModel({ raw: tinyConfigs.whisper[0], task: 'seq2seq' }, 'f32');
afterAll(() => {
  model.dispose();
  speech.dispose();
});

/** Ids as words: " 3 14 15". */
const tokenizer = { decode: (ids: Iterable<number>) => [...ids].map((id) => ` ${id}`).join(''), stopIds: [16] };
const parts = { model, tokenizer };

function pick(index: number, purpose: string, below: number): number {
  return randomUint32([7, purpose], index) % below;
}

/** Short and long prompts, some with a common prefix, greedy and sampled, with all kinds of options. */
function mixedRequest(index: number): GenerationRequest {
  const own = Array.from({ length: 1 + pick(index, 'length', 20) }, (_, i) => pick(100 * index + i, 'prompt', 16));
  const common = Array.from({ length: 20 }, (_, i) => (5 * i) % 16);
  const isGreedy = index % 2 === 0;
  return {
    prompt: index % 5 === 0 ? [...common, ...own] : own,
    maxNewTokens: 1 + pick(index, 'new', 12),
    temperature: isGreedy ? 0 : 0.5 + pick(index, 'temperature', 3) / 2,
    topK: pick(index, 'top-k', 4) * 3,
    topP: index % 3 === 0 ? 0.8 : 1,
    minP: index % 7 === 0 ? 0.1 : 0,
    minNewTokens: index % 13 === 0 ? 1 : 0,
    repetitionPenalty: index % 4 === 0 ? 1.3 : 1,
    presencePenalty: index % 6 === 0 ? 0.5 : 0,
    frequencyPenalty: index % 6 === 0 ? 0.2 : 0,
    seed: index,
    n: index % 11 === 0 ? 3 : 1,
    stop: index % 9 === 0 ? [' 3 1'] : [],
  };
}

const mixed = Array.from({ length: 200 }, (_, index) => mixedRequest(index));

/** Without the number of shared tokens, which depends on other requests. */
type Said = Omit<Completion, 'usage'>;
const said = (answers: readonly Completion[][]): Said[][] =>
  answers.map((samples) => samples.map(({ usage: _usage, ...rest }) => rest));

async function together(requests: readonly GenerationRequest[], options?: BatcherOptions): Promise<Said[][]> {
  using batcher = new Batcher(parts, options);
  return said(await Promise.all(requests.map((request) => batcher.submit(request))));
}

describe('an answer by a vocabulary that drops the first space of a text', () => {
  const dropping = { ...tokenizer, decode: (ids: Iterable<number>) => tokenizer.decode(ids).slice(1) };

  it('keeps it where it goes on in the text of its prompt', async () => {
    using batcher = new Batcher({ model, tokenizer: dropping });
    const request = { prompt: [1, 2, 3], maxNewTokens: 4, stopIds: [] };
    const [{ text, ids }] = await batcher.submit(request);
    expect(text).toBe(ids.join(' '));
    const streamed: string[] = [];
    const [whole] = await batcher.submit({ ...request, goesOn: true });
    const [again] = await batcher.submit({ ...request, goesOn: true }, (event) => streamed.push(event.text));
    const expected = { text: ` ${text}`, ids, finishReason: 'length' };
    expect([whole, again]).toMatchObject([expected, expected]);
    expect(streamed.join('')).toBe(` ${text}`);
  });
});

describe('a request in a batch', async () => {
  const alone: Said[][] = [];
  for (const request of mixed) alone.push(...(await together([request])));

  it('is answered as if it were alone: 200 mixed requests', async () => {
    expect(await together(mixed)).toEqual(alone);
    expect(new Set(alone.flat().map(({ finishReason }) => finishReason))).toEqual(new Set(['stop', 'length']));
  });

  it('is answered the same in another order of arrival, in other company', async () => {
    expect((await together(mixed.toReversed(), { maxSequences: 7 })).toReversed()).toEqual(alone);
  });

  it('is answered the same where the cache is full all the time and prompts are read in pieces', async () => {
    const bytesOfToken = 2 * 2 * 2 * 4 * 4; // k and v, blocks, heads, size, f32
    const options = { cacheBytes: 8 * 16 * bytesOfToken, maxPassTokens: 20 };
    expect(await together(mixed, options)).toEqual(alone);
  });

  it('is answered the same when it comes while others are being answered', async () => {
    using batcher = new Batcher(parts, { maxSequences: 4 });
    const answers: Promise<Completion[]>[] = [];
    for (const request of mixed.slice(0, 60)) {
      answers.push(batcher.submit(request));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(said(await Promise.all(answers))).toEqual(alone.slice(0, 60));
  });
});

describe('an owner with one short request', () => {
  it('passes the flood of another one', async () => {
    using batcher = new Batcher(parts);
    const flood = Array.from({ length: 80 }, (_, index) =>
      batcher.submit({ prompt: [1 + (index % 15)], maxNewTokens: 25, stopIds: [], owner: 'flood' }),
    );
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    while (batcher.counts.passes < 3) await turn();
    const { passes } = batcher.counts;
    const request = { prompt: [3], maxNewTokens: 4, stopIds: [], temperature: 0 };
    const [answer] = await batcher.submit({ ...request, owner: 'short' });
    // First come, first served would take 25 passes for each of the earlier batches.
    expect(batcher.counts.passes - passes).toBeLessThan(20);
    await Promise.all(flood);
    expect((await batcher.submit(request))[0].ids).toEqual(answer.ids);
  });
});

describe('prompts of one caller', () => {
  it('are answered in order however many they are: the queue does not fill', async () => {
    const prompts = Array.from({ length: 1500 }, (_, i) => [i % 16, (i >> 4) % 16]);
    let [open, most] = [0, 0];
    const rows = await askInTurn(prompts, 2, async (_, row) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return row;
    });
    expect([rows.length, rows.every((row, i) => row === i), most]).toEqual([1500, true, 512]);
    expect(said([await generate(parts, prompts.slice(0, 40), { maxNewTokens: 2 })])[0]).toEqual(
      (await together(prompts.slice(0, 40).map((prompt) => ({ prompt, maxNewTokens: 2 })))).map(([one]) => one),
    );
    expect(await askInTurn([], 1, () => Promise.resolve(1))).toEqual([]);
    for (const n of [0, -1, NaN]) expect(await askInTurn([5], n, (five) => Promise.resolve(five))).toEqual([5]);
  });

  it('are given up with the first that fails', async () => {
    let asked = 0;
    const outcome = askInTurn(Array.from({ length: 3000 }), 1, async () => {
      asked++;
      await Promise.resolve();
      throw new Error('no room');
    });
    await expect(outcome).rejects.toThrow('no room');
    expect(asked).toBe(1024);
  });
});

describe('a recording in a batch', () => {
  it('is transcribed as if it were alone, whichever others join and leave', async () => {
    const memories = [4, 1, 3].map((rows, which) => {
      const features = tinyInput(speech, Array<number>(rows).fill(1)).source?.features;
      const memory = scope(() => speech.remember({ features: features?.mul(1 + which) }));
      features?.dispose();
      return { rows, memory };
    });
    const requests = memories.flatMap(({ rows, memory }, which) =>
      Array.from({ length: 3 * rows }, (_, i): GenerationRequest => {
        const memoryRow = { of: memory, row: i % rows };
        return {
          prompt: [which, i % 5],
          maxNewTokens: 3 + ((5 * i) % 9),
          temperature: i % 2,
          seed: i,
          memory: memoryRow,
        };
      }),
    );
    const ask = async (some: readonly GenerationRequest[]) => {
      using batcher = new Batcher({ model: speech, tokenizer }, { maxSequences: 5 });
      return await Promise.all(some.map((request) => batcher.submit(request)));
    };
    const alone: Completion[][] = [];
    for (const request of requests) alone.push(...(await ask([request])));
    expect(await ask(requests)).toEqual(alone);
    for (const { memory } of memories) memory[Symbol.dispose]();
  });
});

describe('a draw', () => {
  it('depends on seed, sample and place, and on nothing else', async () => {
    const ask = (prompt: number[], given: Partial<GenerationRequest>) =>
      together([{ prompt, temperature: 100, maxNewTokens: 12, stopIds: [], ...given }]);
    const [[[first, second]], [[same]], [[other]]] = await Promise.all([
      ask([1, 2], { seed: 5, n: 2 }),
      ask([3], { seed: 5 }), // nearly uniform logits: the prompt hardly matters
      ask([1, 2], { seed: 6 }),
    ]);
    expect(same.ids).toEqual(first.ids);
    expect(new Set([first, second, other].map(({ ids }) => ids.join())).size).toBe(3);
    expect(new Set(first.ids).size).toBeGreaterThan(4);
  });
});

describe('samples', () => {
  const prompt = Array.from({ length: 50 }, (_, i) => (3 * i) % 16);

  it('share the reading of their prompt, and differ', async () => {
    using batcher = new Batcher(parts);
    const answers = await batcher.submit({ prompt, n: 8, temperature: 1, maxNewTokens: 6, stopIds: [] });
    expect(new Set(answers.map(({ ids }) => ids.join())).size).toBeGreaterThan(4);
    // Three full blocks of 16 tokens are read once; the remaining two tokens by each request.
    expect(batcher.counts).toMatchObject({ read: 50 + 7 * 2 + 8 * 5, shared: 7 * 48, generated: 48 });
  });

  it('of one recording share it; other recordings are not mixed in', async () => {
    const input = tinyInput(speech, [1, 1]);
    const features = input.source?.features;
    using memory = speech.remember({ features });
    using batcher = new Batcher({ model: speech, tokenizer });
    const start = prompt.slice(0, 17);
    const ask = (row: number) =>
      batcher.submit({ prompt: start, n: 2, maxNewTokens: 4, logProbs: 0, memory: { of: memory, row } });
    const [first, second] = await Promise.all([ask(0), ask(1)]);
    expect(batcher.counts.shared).toBe(2 * 16);
    expect(first[0].logProbs).not.toEqual(second[0].logProbs);
    const alone = await generate({ model: speech, tokenizer, memory }, [start, start], { maxNewTokens: 4 });
    expect([first[1].ids, second[1].ids]).toEqual(alone.map(({ ids }) => ids));
    features?.dispose();
  });

  it('have the same beginning as the turn before: what was generated is shared too', async () => {
    using batcher = new Batcher(parts);
    const turn = prompt.slice(0, 40);
    const [{ ids }] = await batcher.submit({ prompt: turn, maxNewTokens: 10, stopIds: [] });
    await batcher.submit({ prompt: [...turn, ...ids, 1, 2], maxNewTokens: 1 });
    expect(batcher.counts.shared).toBe(48);
  });
});

describe('a constraint', () => {
  /** Allows even ids only, then an end. */
  function evens(length: number) {
    const taken: number[] = [];
    const mask = (ids: readonly number[]) => Uint32Array.of(ids.reduce((bits, id) => bits | (1 << id), 0));
    return {
      taken,
      allowed: () => mask(taken.length === length ? [16] : [0, 2, 4, 6, 8, 10, 12, 14]),
      advance: (id: number) => void taken.push(id),
      get isComplete() {
        return taken.length === length;
      },
    };
  }

  it('restricts each answer by an instance of its own', async () => {
    using batcher = new Batcher(parts);
    const request = { prompt: [1], n: 3, temperature: 2, maxNewTokens: 30, constraint: () => evens(5) };
    for (const { ids, finishReason } of await batcher.submit(request)) {
      expect([ids.length, finishReason, ids.every((id) => id % 2 === 0)]).toEqual([5, 'stop', true]);
    }
  });

  it('that nothing can follow ends the answer where the tokenizer has no token for that', async () => {
    const endless = { decode: tokenizer.decode, stopIds: [] };
    using batcher = new Batcher({ model, tokenizer: endless });
    const whole = () => {
      const { taken, allowed, advance } = evens(3);
      return {
        allowed: () => (taken.length === 3 ? new Uint32Array(1) : allowed()),
        advance,
        get isComplete() {
          return taken.length === 3;
        },
      };
    };
    const [{ ids, finishReason }] = await batcher.submit({ prompt: [1], maxNewTokens: 9, constraint: whole });
    expect([ids.length, finishReason]).toEqual([3, 'stop']);
  });

  it('is not combined with other ends of answers, nor with none', async () => {
    using batcher = new Batcher(parts);
    const ends = { stop: [' 2'], stopIds: [], minNewTokens: 1 };
    const outcome = batcher.submit({ prompt: [1], ...ends, constraint: () => evens(3) });
    await expect(outcome).rejects.toThrow(
      /E_GENERATION_OPTIONS[^]*stop: cannot be combined with a constraint[^]*stopIds: cannot[^]*minNewTokens: cannot/,
    );
  });

  it('is kept where biases forbid all that it allows', async () => {
    using batcher = new Batcher(parts);
    const logitBias = Object.fromEntries([0, 2, 4, 6, 8, 10, 12, 14].map((id) => [id, -Infinity]));
    for (const temperature of [0, 1]) {
      const request = { prompt: [1], temperature, logitBias, constraint: () => evens(3) };
      await expect(batcher.submit(request)).rejects.toThrow(/E_CONSTRAINT_STUCK/);
    }
  });

  it('that leaves no token, or cannot be made, is an error of its own request only', async () => {
    using batcher = new Batcher(parts);
    const stuck = { allowed: () => new Uint32Array(1), advance: () => undefined, isComplete: false };
    const other = batcher.submit({ prompt: [1, 2], maxNewTokens: 4 });
    const unmade = () => {
      throw new Error('no such form');
    };
    await expect(batcher.submit({ prompt: [1], n: 2, temperature: 1, constraint: unmade })).rejects.toThrow(
      'no such form',
    );
    await expect(batcher.submit({ prompt: [1], constraint: () => stuck })).rejects.toThrow(/E_CONSTRAINT_STUCK/);
    expect((await other)[0].ids.length).toBeGreaterThan(0);
  });
});

describe('what cannot be answered', () => {
  const prompt = [1, 2, 3];

  it.each([
    [{ prompt: [] }, /E_GENERATION_OPTIONS[^]*prompt: is empty/],
    [{ prompt: [1, 17] }, /prompt: token 17 is not in the model's vocabulary of 17/],
    [{ prompt: Array<number>(64).fill(1) }, /E_PROMPT_TOO_LONG[^]*64 tokens[^]*fewer than 64/],
    [{ prompt, temperature: -1, topP: 0, n: 0.5 }, /n: 0.5 is not[^]*temperature: -1 is not[^]*topP: 0 is not/],
    [{ prompt, logitBias: { 99: 1 } }, /logitBias.99/],
    [{ prompt, stop: [''] }, /stop: an empty string/],
  ])('%j is refused', async (request, message) => {
    using batcher = new Batcher(parts);
    await expect(batcher.submit(request as GenerationRequest)).rejects.toThrow(message);
  });

  it('is told where every token is forbidden', async () => {
    using batcher = new Batcher(parts);
    const logitBias = Object.fromEntries(Array.from({ length: 17 }, (_, id) => [id, -Infinity]));
    await expect(batcher.submit({ prompt, logitBias })).rejects.toThrow(/E_NO_TOKEN_LEFT/);
  });

  it('for want of finite logits is an error of its own request only', async () => {
    const broken = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
    const { weight } = tokenTableOf(broken.trunk);
    scope(() =>
      weight.assign(aten.index_fill.int_Scalar(weight.tensor, 0, tensor([15], { dtype: 'i64' }), Number.NaN)),
    );
    using batcher = new Batcher({ model: broken, tokenizer });
    const others = batcher.submit({ prompt, n: 2, maxNewTokens: 3, logitBias: { 15: -Infinity } });
    await expect(batcher.submit({ prompt: [1, 15] })).rejects.toThrow(/E_LOGITS_NOT_FINITE/);
    expect(await others).toHaveLength(2);
    broken.dispose();
  });

  it('answers end where the positions of the model do', async () => {
    const [[{ ids, finishReason }]] = await together([{ prompt: Array<number>(60).fill(1), stopIds: [] }]);
    expect([ids.length, finishReason]).toEqual([4, 'length']);
  });

  it('is refused where the cache or the queue cannot hold it, before anything is read', async () => {
    using batcher = new Batcher(parts, { cacheBytes: 3 * 16 * 128, maxWaiting: 2 });
    await expect(batcher.submit({ prompt, maxNewTokens: 46 })).rejects.toThrow(
      /E_CACHE_TOO_SMALL[^]*at most 48 tokens/,
    );
    const two = batcher.submit({ prompt, n: 2, maxNewTokens: 2 });
    await expect(batcher.submit({ prompt, maxNewTokens: 2 })).rejects.toThrow(/E_QUEUE_FULL/);
    expect(await two).toHaveLength(2);
  });

  it('can be given up, waiting or half answered, and leaves its place to others', async () => {
    const before = liveTensors();
    {
      using batcher = new Batcher(parts, { maxSequences: 2, cacheBytes: 8 * 16 * 128 });
      const controller = new AbortController();
      const { signal } = controller;
      const first = batcher.submit({ prompt, stopIds: [], signal }, () => controller.abort(new Error('enough')));
      const second = batcher.submit({ prompt, n: 2, maxNewTokens: 3, stopIds: [] });
      const third = batcher.submit({ prompt, signal });
      await expect(first).rejects.toThrow('enough');
      await expect(third).rejects.toThrow('enough');
      expect((await second).map(({ ids }) => ids.length)).toEqual([3, 3]);
      await expect(batcher.submit({ prompt, signal })).rejects.toThrow('enough');
    }
    expect(liveTensors()).toBe(before);
  });

  it('is told nothing more once it was given up', async () => {
    using batcher = new Batcher(parts);
    const controller = new AbortController();
    let told = 0;
    const giveUp = () => {
      told++;
      controller.abort(new Error('enough'));
    };
    const request = { prompt, n: 4, stopIds: [], signal: controller.signal };
    await expect(batcher.submit(request, giveUp)).rejects.toThrow('enough');
    expect(told).toBe(1);
  });

  it('is told when the batcher is closed', async () => {
    const batcher = new Batcher(parts);
    const answer = batcher.submit({ prompt });
    batcher[Symbol.dispose]();
    await expect(answer).rejects.toThrow(/E_STOPPED/);
  });
});
