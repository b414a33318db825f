import { afterAll, describe, expect, it } from 'vitest';
import { randomUint32 } from '../../src/base/random.ts';
import { Batcher, type Completion, type GenerationRequest } from '../../src/generate/index.ts';
import { open as openLora } from '../../src/methods/tuning/lora.ts';
import { complete, options as loraOptions } from '../../src/methods/tuning/lora.options.ts';
import { keyedNormal } from '../../src/models/initialise.ts';
import type { Model } from '../../src/models/model.ts';
import { isLinear, layoutOfRows, withAdapters, type AdapterRoute } from '../../src/nn/index.ts';
import { liveTensors, noGrad, scope, type Tensor } from '../../src/tensor/index.ts';
import type { Tuning } from '../../src/train/interfaces.ts';
import { tinyConfigs, tinyModel } from './tiny-models.ts';

const tokenizer = { decode: (ids: Iterable<number>) => [...ids].map((id) => ` ${id}`).join(''), stopIds: [16] };

interface Shape {
  r?: number;
  target_modules?: string[];
  modules_to_save?: string[];
  tokens?: number[];
}

/** An adapter whose every weight is random, under its seed. */
function adapterOn(
  model: Model,
  seed: number,
  { isShared = true, tokens, ...shape }: Shape & { isShared?: boolean } = {},
) {
  const options = complete(loraOptions.parse({ r: 2 + (seed % 3), ...shape }));
  const tuning = openLora(model, { options, tokens }, { isShared });
  noGrad(() =>
    scope(() => {
      const state = [...tuning.state()].map(([path, tensor]): [string, Tensor] => {
        const noise = keyedNormal(tensor.shape, { seed, path }, 0.3);
        return [path, path.includes('lora_') ? noise : noise.add(tensor.to('f32'))];
      });
      tuning.load(new Map(state));
    }),
  );
  return tuning;
}

function install(batcher: Batcher, id: string, tuning: Tuning): void {
  batcher.install(id, { owner: tuning.owner!, dispose: () => tuning.dispose() });
}

/** Short and long prompts under one of the names, or none. */
function requestOf(index: number, names: readonly (string | undefined)[]): GenerationRequest {
  const pick = (purpose: string, below: number) => randomUint32([7, purpose], index) % below;
  const length = 1 + pick('length', 40);
  return {
    prompt: Array.from({ length }, (_, i) => randomUint32([index, 'prompt'], i) % 16),
    adapter: names[index % names.length],
    maxNewTokens: 3 + pick('new', 12),
    temperature: index % 3 === 0 ? 0.8 : 0,
    seed: index,
    stopIds: [],
  };
}

function said(answers: readonly Completion[][]): number[][] {
  return answers.map(([{ ids }]) => ids);
}

const kinds: [string, Parameters<typeof tinyModel>[0], (index: number) => Shape][] = [
  ['LoRA on llama', { raw: tinyConfigs.llama[0], task: 'causal-lm' }, () => ({})],
  ['rows of tokens with a tied head', { raw: tinyConfigs.llama[1], task: 'causal-lm' }, (i) => ({ tokens: [i, 9] })],
  ['rows of tokens with a head of its own', { raw: tinyConfigs.llama[0], task: 'causal-lm' }, (i) => ({ tokens: [i] })],
  [
    'heads and norms that are saved whole',
    { raw: tinyConfigs.llama[0], task: 'causal-lm' },
    (i) => (i % 2 === 0 ? { modules_to_save: ['lm_head', 'norm'] } : {}),
  ],
  [
    'an embedding that is saved whole',
    { raw: tinyConfigs.llama[0], task: 'causal-lm' },
    () => ({ modules_to_save: ['embed_tokens'] }),
  ],
  ['experts', { raw: tinyConfigs.mixtral[0], task: 'causal-lm' }, () => ({})],
  ['layers that lie the other way round', { raw: tinyConfigs.gpt2[0], task: 'causal-lm' }, () => ({})],
];

describe.each(kinds)('adapters in one batch: %s', async (_title, of, shapeOf) => {
  const model = await tinyModel(of, 'f32');
  afterAll(() => model.dispose());
  const seeds = Array.from({ length: 8 }, (_, i) => i);

  async function alone(request: GenerationRequest): Promise<number[]> {
    using batcher = new Batcher({ model, tokenizer });
    if (request.adapter !== undefined) {
      const seed = Number(request.adapter);
      install(batcher, request.adapter, adapterOn(model, seed, shapeOf(seed)));
    }
    return said([await batcher.submit(request)])[0];
  }

  it.each([
    [12, [undefined, '0', '1']],
    [16, [undefined, ...seeds.map(String)]],
  ])('%i requests are answered as each is alone, and the base as it was before', async (count, names) => {
    const requests = Array.from({ length: count }, (_, i) => requestOf(i, names));
    const base = requests.map((request) => ({ ...request, adapter: undefined }));
    const expected: number[][] = [];
    const without: number[][] = [];
    for (const request of requests) expected.push(await alone(request));
    for (const request of base) without.push(await alone(request));
    using batcher = new Batcher({ model, tokenizer });
    for (const name of names) {
      const seed = Number(name);
      if (name !== undefined) install(batcher, name, adapterOn(model, seed, shapeOf(seed)));
    }
    expect(said(await Promise.all(requests.map((request) => batcher.submit(request))))).toEqual(expected);
    const answers: Promise<Completion[]>[] = [];
    for (const request of requests.toReversed()) {
      answers.push(batcher.submit(request));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(said(await Promise.all(answers)).toReversed()).toEqual(expected);
    expect(said(await Promise.all(base.map((request) => batcher.submit(request))))).toEqual(without);
    expect(expected).not.toEqual(without);
  });

  it('gives the logits of the merged model, row by row, and leaves those of the base equal to the bit', async () => {
    const ids = BigInt64Array.from({ length: 12 }, (_, i) => BigInt(randomUint32([5, 'ids'], i) % 16));
    const layout = layoutOfRows([4, 4, 4], { causal: true });
    const logitsOf = (one: Model, route?: AdapterRoute) =>
      noGrad(() =>
        scope(() => [withAdapters(route, () => one.tokenHead.logits(one.hidden({ ids, layout })))]),
      )[0].own();
    const before = logitsOf(model);
    const tunings = [1, 3].map((seed) => adapterOn(model, seed, shapeOf(seed)));
    const [first, second] = tunings.map(({ owner }) => owner!);
    const spans = [
      { owner: first, start: 0, end: 4 },
      { owner: second, start: 8, end: 12 },
    ];
    const isMixed = first.canShare && second.canShare;
    const mixed = logitsOf(model, isMixed ? { tokens: 12, spans } : { all: first });
    const merged = await Promise.all(
      [1, 3].map(async (seed) => {
        const copy = await tinyModel(of, 'f32');
        const tuning = adapterOn(copy, seed, { ...shapeOf(seed), isShared: false });
        tuning.merge();
        const logits = logitsOf(copy);
        copy.dispose();
        return logits;
      }),
    );
    const rows = (x: Tensor, row: number) => scope(() => [x.narrow(0, 4 * row, 4).toNumbers()])[0];
    const gap = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    expect(gap(rows(mixed, 0), rows(merged[0], 0))).toBeLessThan(2e-5);
    const gaps = { own: gap(rows(mixed, 0), rows(merged[0], 0)), other: 0, base: 0 };
    if (isMixed) gaps.other = gap(rows(mixed, 2), rows(merged[1], 2));
    if (isMixed) gaps.base = gap(rows(mixed, 1), rows(before, 1));
    expect(Math.max(gaps.own, gaps.other)).toBeLessThan(2e-5);
    // Experts get other rows beside these: their products are summed in another order.
    expect(gaps.base).toBeLessThanOrEqual(of.raw.model_type === 'mixtral' ? 2e-6 : 0);
    for (const tuning of tunings) tuning.dispose();
    expect(logitsOf(model).toNumbers()).toEqual(before.toNumbers());
  });
});

describe('adapters in a batcher', async () => {
  const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
  afterAll(() => model.dispose());
  const prompt = Array.from({ length: 40 }, (_, i) => (3 * i) % 16);
  const request = { prompt, maxNewTokens: 6, stopIds: [] };

  it('share no block of the cache, with each other, with the base, or with one of the same name before', async () => {
    using batcher = new Batcher({ model, tokenizer });
    install(batcher, 'a', adapterOn(model, 1));
    install(batcher, 'b', adapterOn(model, 2));
    const shared = async (adapter?: string) => (await batcher.submit({ ...request, adapter }))[0].usage.shared;
    const names = ['a', 'b', undefined, 'a', 'b', undefined];
    const counts: number[] = [];
    for (const name of names) counts.push(await shared(name));
    install(batcher, 'a', adapterOn(model, 1));
    counts.push(await shared('a'), await shared('a'));
    expect(counts).toEqual([0, 0, 0, 32, 32, 32, 0, 32]);
  });

  it('answer at once under a name that went over to another, which rows under way do not notice', async () => {
    const alone = async (seed: number, maxNewTokens = 6) => {
      using batcher = new Batcher({ model, tokenizer });
      install(batcher, 'a', adapterOn(model, seed));
      return said([await batcher.submit({ ...request, maxNewTokens, adapter: 'a' })]);
    };
    using batcher = new Batcher({ model, tokenizer });
    install(batcher, 'a', adapterOn(model, 1));
    const long = batcher.submit({ ...request, maxNewTokens: 30, adapter: 'a' });
    while (batcher.counts.generated < 5) await new Promise((resolve) => setImmediate(resolve));
    install(batcher, 'a', adapterOn(model, 2));
    expect(said([await batcher.submit({ ...request, adapter: 'a' })])).toEqual(await alone(2));
    expect(said([await long])).toEqual(await alone(1, 30));
  });

  it('go when their last answers are made, memory and blocks and all', async () => {
    using batcher = new Batcher({ model, tokenizer });
    await batcher.submit(request);
    const before = liveTensors();
    install(batcher, 'a', adapterOn(model, 1));
    const answer = batcher.submit({ ...request, adapter: 'a' });
    let isGone = false;
    const removal = batcher.remove('a').then(() => (isGone = true));
    await expect(batcher.submit({ ...request, adapter: 'a' })).rejects.toMatchObject({ code: 'E_ADAPTER_UNKNOWN' });
    await new Promise((resolve) => setImmediate(resolve));
    expect([isGone, liveTensors() > before]).toEqual([false, true]);
    await answer;
    await removal;
    expect(liveTensors()).toBe(before);
    const layers = [...model.modules()].flatMap(([, module]) => (isLinear(module) ? [module] : []));
    expect(layers.filter(({ adapters }) => adapters.all.length > 0)).toEqual([]);
    install(batcher, 'a', adapterOn(model, 1));
    expect((await batcher.submit({ ...request, adapter: 'a' }))[0].usage.shared).toBe(0);
  });

  it('go with the batcher, also those whose answers are still made', async () => {
    const before = liveTensors();
    const batcher = new Batcher({ model, tokenizer });
    install(batcher, 'a', adapterOn(model, 1));
    const answer = batcher.submit({ ...request, adapter: 'a' });
    batcher[Symbol.dispose]();
    await expect(answer).rejects.toMatchObject({ code: 'E_STOPPED' });
    expect(liveTensors()).toBe(before);
  });

  it('that nobody installed are refused by name, before anything is read', async () => {
    using batcher = new Batcher({ model, tokenizer });
    install(batcher, 'support', adapterOn(model, 1));
    const refusal = batcher.submit({ ...request, adapter: 'suport' });
    await expect(refusal).rejects.toMatchObject({ code: 'E_ADAPTER_UNKNOWN', fix: 'did you mean support?' });
    await expect(batcher.remove('b')).rejects.toMatchObject({ code: 'E_ADAPTER_UNKNOWN' });
    expect(batcher.counts.passes).toBe(0);
  });
});
