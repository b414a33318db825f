import { afterAll, describe, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import {
  Batcher,
  type Completion,
  type GenerationRequest,
  type NamedAdapter,
} from '../../../src/answering/decoding/index.ts';
import { open as openIa3 } from '../../../src/methods/tunings/ia3.ts';
import { options as ia3Options } from '../../../src/methods/tunings/ia3.options.ts';
import { open as openLora } from '../../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { tokenTableOf } from '../../../src/models/architecture.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import type { Model } from '../../../src/models/model.ts';
import { AdapterOwner, isLinear, layoutOfRows, withAdapters, type AdapterRoute } from '../../../src/engine/nn/index.ts';
import { aten, fromArray, liveTensors, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { sampled } from '../../sample.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const tokenizer = { decode: (ids: Iterable<number>) => [...ids].map((id) => ` ${id}`).join(''), stopIds: [16] };

interface Shape {
  r?: number;
  target_modules?: string[];
  modules_to_save?: string[];
  tokens?: number[];
  isIa3?: boolean;
}

/** An adapter with random weights from a seed. */
function adapterOn(
  model: Model,
  seed: number,
  { isShared = true, isIa3, tokens, ...shape }: Shape & { isShared?: boolean } = {},
) {
  const owner = isShared ? new AdapterOwner() : undefined;
  const open = () =>
    isIa3
      ? openIa3(model, ia3Options.parse(shape), { owner })
      : openLora(model, complete(loraOptions.parse({ r: 2 + (seed % 3), ...shape })), { tokens, owner });
  const tuning = owner?.own(open) ?? open();
  noGrad(() =>
    scope(() => {
      const state = [...tuning.state()].map(([path, tensor]): [string, Tensor] => {
        const noise = keyedNormal(tensor.shape, { seed, path }, 0.3);
        if (path.includes('ia3')) return [path, noise.add(1)];
        return [path, path.includes('lora_') ? noise : noise.add(tensor.to('f32'))];
      });
      tuning.load(new Map(state));
    }),
  );
  tuning.settle?.(model.dtype);
  const dispose = () => {
    owner?.leave();
    tuning.dispose();
  };
  return { owner: owner!, tuning, dispose };
}

function install(batcher: Batcher, id: string, adapter: NamedAdapter): void {
  batcher.install(id, adapter);
}

/** Short and long prompts, each under one of the names or none. */
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
  [
    'inputs and outputs that are scaled, beside LoRA',
    { raw: tinyConfigs.llama[0], task: 'causal-lm' },
    (i) => ({ isIa3: i % 2 === 0 }),
  ],
  ['experts', { raw: tinyConfigs.mixtral[0], task: 'causal-lm' }, () => ({})],
  [
    'states of rows',
    { raw: { ...tinyConfigs.granitemoehybrid[0], num_local_experts: 0 }, task: 'causal-lm' },
    () => ({}),
  ],
  ['a half for each layer', { raw: tinyConfigs.nemotron_h[0], task: 'causal-lm' }, () => ({})],
  ['inputs of layers', { raw: tinyConfigs.gemma3n_text[0], task: 'causal-lm' }, () => ({})],
  ['layers that lie the other way round', { raw: tinyConfigs.gpt2[0], task: 'causal-lm' }, () => ({})],
];

const seeds = Array.from({ length: 8 }, (_, i) => i);
/** Number of requests, and the adapters that they name in turn. */
const crowds: [number, (string | undefined)[]][] = [
  [12, [undefined, '0', '1']],
  [16, [undefined, ...seeds.map(String)]],
];
/** Each kind of adapter with some group of requests, and each group with some kind. */
const mixes = sampled(
  kinds.flatMap(([title]) => crowds.map((crowd) => ({ title, crowd }))),
  [({ title }) => title, ({ crowd }) => String(crowd[0])],
  1,
);

describe.each(kinds)('adapters in one batch: %s', async (title, of, shapeOf) => {
  const model = await tinyModel(of, 'f32');
  afterAll(() => model.dispose());

  async function alone(request: GenerationRequest): Promise<number[]> {
    using batcher = new Batcher({ model, tokenizer });
    if (request.adapter !== undefined) {
      const seed = Number(request.adapter);
      install(batcher, request.adapter, adapterOn(model, seed, shapeOf(seed)));
    }
    return said([await batcher.submit(request)])[0];
  }

  const mine = mixes.filter((mix) => mix.title === title).map(({ crowd }) => crowd);
  it.each(mine)('%i requests are answered as each is alone, and the base as it was before', async (count, names) => {
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
    const [first, second] = tunings.map(({ owner }) => owner);
    const spans = [
      { owner: first, start: 0, end: 4 },
      { owner: second, start: 8, end: 12 },
    ];
    const isMixed = first.canShare && second.canShare;
    const mixed = logitsOf(model, isMixed ? { tokens: 12, spans } : { all: first });
    const merged = await Promise.all(
      [1, 3].map(async (seed) => {
        const copy = await tinyModel(of, 'f32');
        const { tuning } = adapterOn(copy, seed, { ...shapeOf(seed), isShared: false });
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
    // With other rows in the batch, experts sum in another order.
    expect(gaps.base).toBeLessThanOrEqual(['mixtral', 'nemotron_h'].includes(String(of.raw.model_type)) ? 2e-6 : 0);
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
    expect(layers.filter(({ adapters }) => !adapters.isEmpty)).toEqual([]);
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

  it('put tokens of their own in front of prompts, which count as nothing', async () => {
    const table = tokenTableOf(model.trunk);
    // Maps each of its tokens to one of the base model's, so that its answers are known.
    const copies = (ids: readonly number[]): NamedAdapter => {
      const owner = new AdapterOwner();
      const own = noGrad(() => scope(() => table.weight.tensor.indexSelect(0, fromArray(BigInt64Array.from(ids, BigInt))).own())); // prettier-ignore
      const forward = (read: Tensor, output: Tensor): Tensor => {
        const places = aten.sub.Scalar(read, table.count);
        const rows = own.indexSelect(0, aten.clamp_min.default(places, 0));
        return aten.where.self(aten.ge.Scalar(places, 0).unsqueeze(1), rows, output);
      };
      owner.own(() => table.addAdapter({ extends: true, forward, terms: () => [] }));
      const prefix = ids.map((_, i) => table.count + i);
      return { owner, prefix, dispose: () => own.dispose() };
    };
    using batcher = new Batcher({ model, tokenizer });
    batcher.install('a', copies([3, 4]));
    batcher.install('b', copies([5, 6, 7]));
    install(batcher, 'c', adapterOn(model, 2));
    const asked = { ...request, repetitionPenalty: 1.3 };
    const requests = [{ ...asked, adapter: 'a' }, { ...asked, adapter: 'b' }, { ...asked, adapter: 'c' }, asked];
    const answers = await Promise.all(requests.map((one) => batcher.submit(one)));
    const known = await Promise.all(
      [[3, 4], [5, 6, 7]].map((ids) => batcher.submit({ ...request, prompt: [...ids, ...prompt] })), // prettier-ignore
    );
    const plain = await Promise.all(['a', 'b'].map((adapter) => batcher.submit({ ...request, adapter })));
    expect(said(plain)).toEqual(said(known));
    expect(answers.map(([{ usage }]) => usage.prompt)).toEqual([40, 40, 40, 40]);
    expect(plain.map(([{ usage }]) => usage.shared)).toEqual([30, 29]);
  });
});
