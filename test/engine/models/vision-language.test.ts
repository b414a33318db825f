// N tokens, V vocabulary
import { afterAll, describe, expect, it } from 'vitest';
import { Batcher, scorePrompt, SeenImages } from '../../../src/answering/decoding/index.ts';
import type { Features } from '../../../src/base/features.ts';
import { withSquares, type SquaresRow } from '../../../src/answering/tasks/rows/image-squares.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { adaptable, findTargets } from '../../../src/methods/tunings/targets.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import type { Model } from '../../../src/models/model.ts';
import { hasFixedInput, imageVectors, type PlacedImages } from '../../../src/models/placed-images.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { backward, liveTensors, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import { computeFrozen, resumedObjective, type ResumedRow } from '../../../src/training/frozen-blocks.ts';
import { Tape } from '../../../src/models/tape.ts';
import { nextTokenObjective } from '../next-token-objective.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const newModel = () => tinyModel({ raw: tinyConfigs.idefics3[0], task: 'causal-lm' }, 'f32');
const model = await newModel();
afterAll(() => model.dispose());

/** Token for a square of an image; the tiny model has one per image. */
const IMAGE = 5;
const tokenizer = { decode: (ids: Iterable<number>) => [...ids].map((id) => ` ${id}`).join(''), stopIds: [] };

function squares(count: number, path: string): Tensor {
  return scope(() => keyedNormal([count, 3, 4, 4], { seed: 1, path }, 1));
}

function seen(count: number, path: string): SeenImages {
  const pixels = squares(count, path);
  const images = noGrad(() => new SeenImages(model, { pixels }, { token: IMAGE, identity: path }));
  pixels.dispose();
  return images;
}

/** Greedy tokens, each from a pass over the whole row. */
function greedily(prompt: readonly number[], pixels: Tensor, count: number): number[] {
  const ids = [...prompt];
  const places = BigInt64Array.from(
    [...prompt.keys()].filter((i) => prompt[i] === IMAGE),
    BigInt,
  );
  for (let step = 0; step < count; step++) {
    const best = noGrad(() =>
      scope(() => {
        const input = { ids: BigInt64Array.from(ids, BigInt), layout: layoutOfRows([ids.length], { causal: true }) };
        const hidden = model.hidden({ ...input, images: { pixels, places } });
        return Number(
          model.tokenHead
            .logits(hidden.narrow(0, ids.length - 1, 1))
            .argmax(1)
            .item(),
        );
      }),
    );
    ids.push(best);
  }
  return ids.slice(prompt.length);
}

/** Two images, the second one after a block boundary of the cache. */
const prompt = [1, IMAGE, ...Array.from({ length: 18 }, (_, i) => (3 * i) % 5), IMAGE, IMAGE, 2, 3];

describe('a model that reads images among texts', () => {
  it('answers with a cache what it answers without one, also where prompts are read in pieces', async () => {
    const pixels = squares(3, 'a');
    const wanted = greedily(prompt, pixels, 6);
    pixels.dispose();
    using images = seen(3, 'a');
    for (const maxPassTokens of [512, 7, 1]) {
      using batcher = new Batcher({ model, tokenizer }, { maxPassTokens });
      const [{ ids }] = await batcher.submit({ prompt, images, maxNewTokens: 6 });
      expect(ids).toEqual(wanted);
    }
  });

  it('shares what it read of a prompt with prompts that show the same images alone', async () => {
    using batcher = new Batcher({ model, tokenizer });
    using a = seen(3, 'a');
    using again = seen(3, 'a');
    using b = seen(3, 'b');
    const answers = [];
    for (const images of [a, again, b, a]) answers.push((await batcher.submit({ prompt, images, maxNewTokens: 6 }))[0]);
    expect(answers.map(({ usage }) => usage.shared)).toEqual([0, 16, 0, 16]);
    const [first, second, other, last] = answers.map(({ ids }) => ids.join());
    expect([second, last]).toEqual([first, first]);
    const pixels = squares(3, 'b');
    expect(other).toBe(greedily(prompt, pixels, 6).join());
    pixels.dispose();
  });

  it('answers together what it answers alone, with and without images', async () => {
    const plain = prompt.map((id) => (id === IMAGE ? 4 : id));
    using a = seen(3, 'a');
    using b = seen(3, 'b');
    const requests = [{ prompt, images: a }, { prompt: plain }, { prompt, images: b }].map((one) => ({
      ...one,
      maxNewTokens: 5,
    }));
    const alone: number[][] = [];
    for (const request of requests) {
      using batcher = new Batcher({ model, tokenizer });
      alone.push((await batcher.submit(request))[0].ids);
    }
    using batcher = new Batcher({ model, tokenizer }, { maxPassTokens: 9 });
    const together = await Promise.all(requests.map((request) => batcher.submit(request)));
    expect(together.map(([{ ids }]) => ids)).toEqual(alone);
  });

  it('reads many squares as it reads each, and leaves nothing behind', () => {
    const before = liveTensors();
    scope(() => {
      const pixels = squares(19, 'many');
      const all = imageVectors(model, { pixels });
      for (const square of [0, 8, 18]) {
        const alone = imageVectors(model, { pixels: pixels.narrow(0, square, 1) });
        const difference = alone.sub(all.narrow(0, square, 1)).toNumbers();
        expect(Math.max(...difference.map(Math.abs))).toBeLessThan(1e-5);
      }
    });
    expect(liveTensors()).toBe(before);
  });
});

describe('tuning it', () => {
  const isLanguage = (path: string) => path.startsWith('model.text_model.');

  it('takes the layers of the language part, and others where they are meant by an expression', () => {
    const all = findTargets(model, { target_modules: 'all-linear' }).map(({ path }) => path);
    expect(all.length).toBe(2 * 7);
    expect(all.every(isLanguage)).toBe(true);
    const expression = '.*(vision_model.*[qv]_proj|connector.*proj)';
    const named = findTargets(model, { target_modules: expression }).map(({ path }) => path);
    expect(named).toEqual([
      ...[0, 1].flatMap((layer) =>
        ['v_proj', 'q_proj'].map((name) => `model.vision_model.encoder.layers.${layer}.self_attn.${name}`),
      ),
      'model.connector.modality_projection.proj',
    ]);
    expect(adaptable(model).length).toBeGreaterThan(all.length + named.length);
  });

  const loss = (tuned: Model, images: PlacedImages, tape?: Tape): Tensor => {
    const layout = layoutOfRows([prompt.length], { causal: true });
    const hidden = tuned.hidden({ ids: BigInt64Array.from(prompt, BigInt), layout, images }, { runner: tape });
    return hidden.pow(2).sum();
  };

  it.each([
    ['all-linear', false],
    ['.*(vision_model.*fc1|connector.*proj)', true],
  ])('by LoRA moves the layers that %s means, stage by stage too', async (target_modules, reaches) => {
    const method = await tunings.load('lora');
    const options = { target_modules, r: 2 };
    const tuned = await newModel();
    const tuning = await method.create(tuned, method.settle(options), { seed: 1 });
    const images = { pixels: squares(3, 'a'), places: BigInt64Array.of(1n, 20n, 21n) };
    const gradients = [undefined, false, true].map((checkpointing) => {
      const tape = checkpointing === undefined ? undefined : new Tape({ checkpointing });
      scope(() => {
        backward([loss(tuned, images, tape)]);
        tape?.backward();
      });
      return tuning.trainables.map(({ parameter }) => {
        const values = scope(() => parameter.tensor.grad?.toNumbers());
        parameter.tensor.grad = undefined;
        return values;
      });
    });
    expect(tuning.trainables.every(({ name }) => name.includes('text_model') !== reaches)).toBe(true);
    expect(gradients[0].every((values) => values !== undefined)).toBe(true);
    expect(gradients[2]).toEqual(gradients[1]);
    for (const [i, values] of gradients[1].entries())
      for (const [place, value] of values!.entries()) expect(value).toBeCloseTo(gradients[0][i]![place], 3);
    images.pixels.dispose();
    tuning.dispose();
    tuned.dispose();
  });

  it('by adapters of the language part reads images once, where nothing in front of it moves', async () => {
    const [lora, full] = await Promise.all(['lora', 'full'].map((name) => tunings.load(name)));
    expect(hasFixedInput(model)).toBe(true);
    const [tuned, whole] = [await newModel(), await newModel()];
    const tuning = await lora.create(tuned, lora.settle({ r: 2 }), { seed: 1 });
    await full.create(whole, full.settle({}), { seed: 1 });
    expect([tuned, whole].map(hasFixedInput)).toEqual([true, false]);
    const data = (path: string): Features => {
      const pixels = squares(1, path);
      const values = Float32Array.from(pixels.toNumbers());
      pixels.dispose();
      return { shape: [1, 3, 4, 4], data: values };
    };
    const rows = ['a', 'b'].map((path, i): SquaresRow => {
      const ids = Int32Array.of(1, IMAGE, 2 + i, 3);
      return {
        id: `${i}`.repeat(16),
        ids,
        trained: Uint8Array.of(0, 0, 1, 1),
        squares: [data(path)],
        source: { file: path, line: 1 },
      };
    });
    const seeing = {
      ...nextTokenObjective,
      collate: (some: readonly SquaresRow[]) => withSquares(nextTokenObjective.collate(some), IMAGE),
    };
    const kept = new Map<string, ResumedRow>();
    const request = {
      blocks: 0,
      microBatchTokens: 4,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    await computeFrozen(
      { model: tuned, objective: seeing },
      rows,
      { add: ({ id }, row) => kept.set(id, row) },
      request,
    );
    const resumed = resumedObjective({ model: tuned, objective: seeing }, { read: ({ id }) => kept.get(id) });
    const [wanted, got] = await Promise.all(
      [seeing, resumed].map(async (objective) => {
        const { perRow } = await evaluateRows({ model: tuned, objective }, rows, { microBatchTokens: 100 });
        return [...perRow];
      }),
    );
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i], 5);
    expect(wanted[0]).not.toBeCloseTo(wanted[1], 2);
    tuning.dispose();
    tuned.dispose();
    whole.dispose();
  });

  it('by virtual tokens moves the places of images along', async () => {
    const method = await tunings.load('prompt_tuning');
    const tuned = await newModel();
    const tuning = await method.create(tuned, method.settle({ num_virtual_tokens: 3 }), { seed: 1 });
    const images = { pixels: squares(3, 'a'), places: BigInt64Array.of(1n, 20n, 21n) };
    const ids = [...tuning.prefix!, ...prompt];
    const placed = { ...images, places: images.places.map((place) => place + 3n) };
    tuned.prefix = [];
    const wanted = noGrad(() =>
      scope(() => {
        const layout = layoutOfRows([ids.length], { causal: true });
        const hidden = tuned.hidden({ ids: BigInt64Array.from(ids, BigInt), layout, images: placed });
        return hidden.narrow(0, 3, prompt.length).pow(2).sum().item();
      }),
    );
    tuned.prefix = tuning.prefix!;
    expect(noGrad(() => scope(() => loss(tuned, images).item()))).toBeCloseTo(wanted, 3);
    images.pixels.dispose();
    tuning.dispose();
    tuned.dispose();
  });
});

/** Four tokens per image, which see each other (Gemma 4) or have a row and a column each (Qwen). */
describe.each([
  ['gemma4', tinyConfigs.gemma4[1]],
  ['qwen2_5_vl', tinyConfigs.qwen2_5_vl[0]],
  ['qwen3_vl', tinyConfigs.qwen3_vl[0]],
])('%s, whose tokens stand otherwise where images are', (_, raw) => {
  const words = [1, 2, 3, IMAGE, IMAGE, IMAGE, IMAGE, 4, 2];
  const grids = [[4, 4]] as const;
  const open = () => tinyModel({ raw, task: 'causal-lm' }, 'f32');
  const patches = () => scope(() => keyedNormal([16, 12], { seed: 1, path: 'patches' }, 1));

  function hiddenOf(one: Model, ids: readonly number[], pixels: Tensor): Tensor {
    const places = [...ids.keys()].filter((i) => ids[i] === IMAGE);
    return one.hidden({
      ids: BigInt64Array.from(ids, BigInt),
      layout: layoutOfRows([ids.length], { causal: true }),
      images: { pixels, grids, places: BigInt64Array.from(places, BigInt) },
    });
  }

  it('scores a prompt as training reads it', async () => {
    const one = await open();
    const pixels = patches();
    const images = noGrad(() => new SeenImages(one, { pixels, grids }, { token: IMAGE, identity: 'a' }));
    const scored = scorePrompt({ model: one, tokenizer, images }, Int32Array.from(words), 0);
    const wanted = noGrad(() =>
      scope(() => {
        const logits = one.tokenHead.logits(hiddenOf(one, words, pixels));
        const all = logits.softmax(-1).toNumbers();
        return words.slice(1).map((id, i) => Math.log(all[i * logits.shape[1] + id]));
      }),
    );
    for (const [i, { logProb }] of scored.slice(1).entries()) expect(logProb).toBeCloseTo(wanted[i], 4);
    images[Symbol.dispose]();
    pixels.dispose();
    one.dispose();
  });

  it('reads virtual tokens as it reads tokens in their place', async () => {
    const one = await open();
    const pixels = patches();
    const own = [6, 7, 3];
    const read = (ids: readonly number[], from = 0) =>
      noGrad(() => scope(() => hiddenOf(one, ids, pixels).narrow(0, from, words.length).toNumbers()));
    const wanted = read([...own, ...words], own.length);
    one.prefix = own;
    const found = read(words);
    expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(1e-5);
    pixels.dispose();
    one.dispose();
  });
});

describe('a model whose prompts see themselves as a whole', () => {
  const open = () => tinyModel({ raw: tinyConfigs.paligemma[0], task: 'causal-lm' }, 'f32');
  const asked = [IMAGE, ...Array.from({ length: 18 }, (_, i) => (3 * i) % 5)];

  it('in training sees the prompt whole, and an answer as it comes', async () => {
    const one = await open();
    const squaresOfRow: Features = { shape: [1, 3, 4, 4], data: Float32Array.from({ length: 48 }, (_, i) => i / 48) };
    const read = (ids: readonly number[]) => {
      const trained = Uint8Array.from(ids, (_, i) => (i > 3 ? 1 : 0));
      const row = {
        id: '0',
        ids: Int32Array.from(ids),
        trained,
        squares: [squaresOfRow],
        source: { file: 'a', line: 1 },
      };
      const { input } = withSquares(nextTokenObjective.collate([row]), IMAGE);
      return noGrad(() => scope(() => one.hidden(input).sum(1).toNumbers()));
    };
    const [plain, otherQuestion, otherAnswer] = [
      read([1, IMAGE, 2, 3, 4, 4]),
      read([1, IMAGE, 2, 4, 4, 4]),
      read([1, IMAGE, 2, 3, 4, 2]),
    ];
    expect(Math.abs(otherQuestion[0] - plain[0])).toBeGreaterThan(1e-4);
    expect(otherAnswer.slice(0, 5)).toEqual(plain.slice(0, 5));
    one.dispose();
  });

  it('shares what it read with the same prompt alone, and says nothing of the tokens of one', async () => {
    const one = await open();
    const images = noGrad(() =>
      scope(() => new SeenImages(one, { pixels: squares(1, 'a') }, { token: IMAGE, identity: 'a' })),
    );
    const answer = async (batcher: Batcher, ...last: number[]) => {
      const [{ ids, usage }] = await batcher.submit({ prompt: [...asked, ...last], images, maxNewTokens: 4 });
      return { ids: ids.join(), shared: usage.shared };
    };
    const alone: string[] = [];
    for (const last of [2, 3]) {
      using batcher = new Batcher({ model: one, tokenizer });
      alone.push((await answer(batcher, last)).ids);
    }
    using batcher = new Batcher({ model: one, tokenizer }, { maxPassTokens: 7 });
    const found = [await answer(batcher, 2), await answer(batcher, 3), await answer(batcher, 2)];
    expect(found.map(({ ids }) => ids)).toEqual([alone[0], alone[1], alone[0]]);
    expect(found.map(({ shared }) => shared)).toEqual([0, 0, 16]);
    expect(() => scorePrompt({ model: one, tokenizer, images }, Int32Array.from(asked), 0)).toThrow(
      'bidirectional attention',
    );
    images[Symbol.dispose]();
    one.dispose();
  });
});
