// N tokens, D width
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJson } from '../../src/files/json.ts';
import { tokenTableOf } from '../../src/models/architecture.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { skeleton } from '../../src/models/skeleton.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import { ModuleBuffer, withRandomness, type Layout, type Randomness } from '../../src/engine/nn/index.ts';
import { attune, backward, fromArray, liveTensors, noGrad, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import { Tape } from '../../src/models/tape.ts';
import { expectSameRows } from './row-bits.ts';
import { expectSlopes, type Graded } from './slopes.ts';
import {
  headOutput,
  isOfRows,
  rowOf,
  sourceOfRow,
  tinyInput,
  tinyModel,
  tokensOf,
  type TinyCase,
} from './tiny-models.ts';

const LENGTHS = [3, 6, 1, 6];

/**
 * Limits on bf16's errors, relative to the error from rounding the weights alone. Observed: 0.2 to 2.6 and 0.2 to 3.9,
 * largest for phimoe's choice of experts.
 */
const MOST_ROUNDING = { hidden: 4, output: 5 };

/** Root mean square difference. */
function distance(a: Tensor, b: Tensor): number {
  const difference = a.to('f32').sub(b.to('f32'));
  return Math.sqrt(difference.mul(difference).mean().item());
}

/** Models that read more about a token than its row in the token table. */
const readsIds: ReadonlySet<string> = new Set(['bpr_mf', 'gemma3n_text', 'gemma4', 'gemma4_text']);

/** Contract of every architecture and head, tested on some of the tiny models. */
export function describeArchitectures(cases: readonly [string, TinyCase][]): void {
  const folder = mkdtempSync(join(tmpdir(), 'attune-models-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each([...cases])('%s', (_, tiny) => {
    let model: Model;
    let input: ModelInput;
    beforeAll(async () => {
      model = await tinyModel(tiny);
      input = tinyInput(model, LENGTHS);
    });
    afterAll(() => {
      model.dispose();
      input.source?.features?.dispose();
      input.features?.dispose();
      input.images?.pixels.dispose();
    });

    const run = (given: ModelInput = input) => headOutput(model, model.hidden(given), given);

    it('runs on the meta device with the same shapes', async () => {
      const { model: shapes } = await skeleton(tiny.raw, { task: tiny.task });
      shapes.device = 'meta';
      scope(() => {
        const hidden = shapes.hidden(input);
        const tokens = model.layoutOf(input).positions.length;
        expect([hidden.shape, hidden.device]).toEqual([[tokens, shapes.trunk.width], 'meta']);
        expect(headOutput(shapes, hidden, input).shape).toEqual(run().shape);
      });
    });

    it('saves and loads byte for byte', async () => {
      const [first, second] = [mkdtempSync(join(folder, 'a-')), mkdtempSync(join(folder, 'b-'))];
      saveModel(model, first);
      const { model: again, initialised, unused } = await loadModel(first);
      expect([initialised, unused, again.task]).toEqual([[], [], tiny.task]);
      saveModel(again, second);
      expect(
        readFileSync(join(second, 'model.safetensors')).equals(readFileSync(join(first, 'model.safetensors'))),
      ).toBe(true);
      expect(readJson(join(second, 'config.json'))).toEqual(readJson(join(first, 'config.json')));
      scope(() => expect(headOutput(again, again.hidden(input), input).toNumbers()).toEqual(run().toNumbers()));
      again.dispose();
    });

    it('has the gradients of finite differences in f64, for every parameter', () => {
      const loss = () => {
        const output = run();
        const weights = attune.keyed_uniform
          .default(fromArray(BigInt64Array.of(5n)), output.size, 1n)
          .reshape(output.size);
        return output.flatten().mul(weights.to('f64')).sum();
      };
      setTrainable(model, true);
      scope(() => backward([loss()]));
      const graded: Graded[] = [];
      for (const [path, parameter] of model.parameters()) {
        if (isIdle(model, path) || parameter instanceof ModuleBuffer || parameter.size === 0) continue;
        expect(parameter.tensor.grad?.size, `${path} has a gradient`).toBe(parameter.size);
        graded.push({ path, ...trainedRows(model, path, parameter.tensor) });
      }
      expectSlopes(graded, loss);
      for (const [, parameter] of model.parameters()) parameter.tensor.grad = undefined;
      setTrainable(model, false);
    });

    // The remaining tests depend on the trunk only, so other heads need not repeat them.
    if (tiny.isFirst !== true) return;

    it('gives packed rows what it gives each alone', () => {
      scope(() => {
        const hidden = model.hidden(input);
        for (const row of LENGTHS.keys()) {
          const alone = model.hidden(rowOf(input, row));
          expectClose(hidden.narrow(0, ...placesOf(model.layoutOf(input), row)), alone);
        }
      });
    });

    it('reads embeddings in place of tokens, where it reads tokens', () => {
      if (input.ids === undefined) return;
      scope(() => {
        const ids = fromArray(input.ids as BigInt64Array);
        const embeddings = tokenTableOf(model.trunk).forward(ids, 'f64');
        // Some models also need the ids.
        const needsIds = tiny.task === 'contrastive' || readsIds.has(model.architecture.modelType);
        expect(run({ ...input, ids: needsIds ? input.ids : undefined, embeddings }).toNumbers()).toEqual(
          run().toNumbers(),
        );
      });
    });

    it('in f32, where fused kernels do the work, has its f64 values and gradients', async () => {
      const narrow = await tinyModel(tiny, 'f32');
      const [wanted, got] = [model, narrow].map((one) => {
        setTrainable(one, true);
        return scope(() => {
          const output = headOutput(one, one.hidden(input), input);
          backward([output.sum()]);
          const gradients = [...one.parameters()].flatMap(([, { tensor }]) => tensor.grad?.toNumbers() ?? []);
          for (const [, { tensor }] of one.parameters()) tensor.grad = undefined;
          return [...output.toNumbers(), ...gradients];
        });
      });
      setTrainable(model, false);
      narrow.dispose();
      expect(got.length).toBe(wanted.length);
      const scale = Math.max(...wanted.map(Math.abs));
      const furthest = Math.max(...got.map((value, i) => Math.abs(value - wanted[i])));
      expect(furthest).toBeLessThan(1e-4 * scale);
    });

    it('in bf16 errs by little more than the rounding of its weights', async () => {
      const wide = await tinyModel(tiny, 'f32');
      const many = tinyInput(wide, Array.from({ length: 8 }, () => LENGTHS).flat());
      const run = (dtype: 'f32' | 'bf16') => {
        wide.dtype = dtype;
        const hidden = wide.hidden(many);
        return { hidden, output: headOutput(wide, hidden, many) };
      };
      scope(() => {
        const exact = run('f32');
        const got = run('bf16');
        expect([got.hidden.dtype, got.output.dtype]).toEqual(['bf16', 'f32']);
        noGrad(() => {
          for (const [, one] of wide.parameters())
            if (!(one instanceof ModuleBuffer)) one.assign(one.tensor.to('bf16').to('f32'));
        });
        const rounded = run('f32');
        // Models with random weights amplify both errors alike; many rows average out chance.
        for (const part of ['hidden', 'output'] as const) {
          const unavoidable = distance(rounded[part], exact[part]);
          expect(distance(got[part], rounded[part]), part).toBeLessThan(MOST_ROUNDING[part] * unavoidable);
        }
      });
      wide.dispose();
      many.source?.features?.dispose();
      many.features?.dispose();
      many.images?.pixels.dispose();
    });

    const randomness = (given: ModelInput, rows: readonly number[]): Randomness => {
      const tokens = model.layoutOf(given).positions.map((position, i) => {
        const segment = model.layoutOf(given).offsets.findLastIndex((offset) => offset <= i);
        return BigInt(1000 * rows[model.layoutOf(given).rowOf[segment]]) + position;
      });
      return { seed: 5, step: 2, tokens: fromArray(tokens) };
    };
    const trained = (given: ModelInput, rows: readonly number[]) =>
      withRandomness(randomness(given, rows), () => whatIsDropped(given));
    const whatIsDropped = (given: ModelInput) => {
      const hidden = model.hidden(given);
      return isOfRows(model) ? headOutput(model, hidden, given) : hidden;
    };

    it('drops out the same places of a row whatever else is in the batch', () => {
      scope(() => {
        const together = trained(input, [0, 1, 2, 3]);
        const alone = trained(rowOf(input, 1), [1]);
        expectClose(
          isOfRows(model) ? together.narrow(0, 1, 1) : together.narrow(0, ...placesOf(model.layoutOf(input), 1)),
          alone,
        );
        const plain = whatIsDropped(input);
        expect(plain.eq(together).toNumbers().every(Boolean)).toBe(!hasDropout(model));
      });
    });

    it('goes block by block, computed again or not, to the gradients of one backward', () => {
      setTrainable(model, true);
      const before = liveTensors();
      const gradients = (['plain', 'kept', 'again'] as const).map((mode) =>
        withRandomness(randomness(input, [0, 1, 2, 3]), () => {
          const tape = mode === 'plain' ? undefined : new Tape({ checkpointing: mode === 'again' });
          scope(() => {
            const hidden = model.hidden(input, { runner: tape });
            backward([headOutput(model, hidden, input, tape).sum()]);
            tape?.backward();
          });
          return [...model.parameters()].map(([, { tensor }]) => {
            const values = scope(() => tensor.grad?.toNumbers());
            tensor.grad = undefined;
            return values;
          });
        }),
      );
      expect(gradients[2]).toEqual(gradients[1]);
      for (const [i, values] of gradients[1].entries()) expectNear(values, gradients[0][i]);
      setTrainable(model, false);
      expect(liveTensors()).toBeLessThanOrEqual(before + 3); // the keys of the three passes
    });

    it.runIf(tiny.task === 'causal-lm' || tiny.task === 'seq2seq')('a later token changes nothing before it', () => {
      scope(() => {
        const ids = (input.ids as BigInt64Array).slice();
        ids[7] = (ids[7] + 1n) % 17n; // the fifth token of the second row
        const [before, after] = [model.hidden(input), model.hidden({ ...input, ids })].map((hidden) =>
          hidden.split([7, 2, 7]),
        );
        // Experts get as many rows as choose them, which the changed token may alter.
        const within = hasExperts(model) ? 1e-13 : 0;
        for (const part of [0, 2]) expectSameRows(after[part].toNumbers(), before[part].toNumbers(), within);
        expect(after[1].toNumbers()).not.toEqual(before[1].toNumbers());
      });
    });

    it.runIf(tiny.task === 'masked-lm')('every token sees every other of its row', () => {
      scope(() => {
        const ids = (input.ids as BigInt64Array).slice();
        ids[8] = (ids[8] + 1n) % 17n; // the last token of the second row
        const [before, after] = [model.hidden(input), model.hidden({ ...input, ids })];
        const isSame = before
          .sub(after)
          .pow(2)
          .sum(1)
          .toNumbers()
          .map((square) => square === 0);
        expect(isSame).toEqual([...Array(3).fill(true), ...Array(6).fill(false), ...Array(7).fill(true)]);
      });
    });

    it.runIf(tiny.task === 'causal-lm' || tiny.task === 'seq2seq')(
      'a shared prompt gives each answer what a row of its own gives',
      () => {
        scope(() => {
          const [prompt, answers] = [4, [2, 3]];
          const tokens = tokensOf(model, 9);
          const layout = {
            offsets: [0, 4, 6, 9],
            positions: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n, 4n, 5n, 6n),
            rowOf: [0, 0, 0],
            parents: [-1, 0, 0],
            causal: true,
          };
          const source = input.source === undefined ? undefined : sourceOfRow(input.source, 0);
          const shared = model.hidden({ ...tokens, layout, source });
          for (const [i, length] of answers.entries()) {
            const start = layout.offsets[i + 1];
            const ids = BigInt64Array.of(
              ...tokens.ids.subarray(0, prompt),
              ...tokens.ids.subarray(start, start + length),
            );
            const row = { ...tinyLayout(prompt + length), ids, source };
            expectClose(shared.narrow(0, start, length), model.hidden(row).narrow(0, prompt, length));
          }
        });
      },
    );
  });
}

/** Offset of a row's first token, and the row's length. */
function placesOf({ offsets }: Layout, row: number): [number, number] {
  return [offsets[row], offsets[row + 1] - offsets[row]];
}

function tinyLayout(length: number): Pick<ModelInput, 'layout'> {
  const positions = BigInt64Array.from({ length }, (_, i) => BigInt(i));
  return { layout: { offsets: [0, length], positions, rowOf: [0], causal: true } };
}

/** Sets whether the model's parameters have gradients. */
function setTrainable(model: Model, value: boolean): void {
  for (const [, parameter] of model.parameters())
    if (!(parameter instanceof ModuleBuffer)) parameter.setTrainable(value);
}

/** Whether the head reads nothing of a parameter in the checkpoint. */
function isIdle({ task, architecture, config }: Model, path: string): boolean {
  const { vision_config: vision } = config as { vision_config?: { num_hidden_layers: number } };
  const idle: Readonly<Record<string, readonly string[]>> = {
    clip: task === 'sequence' ? ['vision_model.post_layernorm.'] : [],
    siglip: task === 'sequence' ? ['vision_model.head.'] : [],
    siglip2: task === 'sequence' ? ['vision_model.head.'] : [],
    // The image tower's output comes from an earlier layer.
    llava: [`vision_model.encoder.layers.${(vision?.num_hidden_layers ?? 0) - 1}.`, 'vision_model.post_layernorm.'],
  };
  const parts = config.vision_feature_layer === -1 ? ['post_layernorm'] : (idle[architecture.modelType] ?? []);
  return parts.some((part) => path.includes(part));
}

/** Excludes the first row of Gemma 4's per-layer table: padding and images read it, and it is not trained. */
function trainedRows({ architecture }: Model, path: string, tensor: Tensor): Omit<Graded, 'path'> {
  const gradient = tensor.grad!;
  const hasFixed = architecture.modelType.startsWith('gemma4') && path.endsWith('embed_tokens_per_layer.weight');
  if (!hasFixed) return { tensor, gradient };
  scope(() =>
    expect(
      gradient
        .select(0, 0)
        .toNumbers()
        .every((one) => one === 0),
    ).toBe(true),
  );
  const [all] = tensor.shape;
  return { tensor: tensor.narrow(0, 1, all - 1), gradient: gradient.narrow(0, 1, all - 1) };
}

function hasExperts(model: Model): boolean {
  return [...model.parameters()].some(([path]) => /expert|moe/.test(path));
}

function hasDropout(model: Model): boolean {
  return /"[^"]*(dropout|pdrop|jitter|drop_path)[^"]*":0\.\d/.test(JSON.stringify(model.config));
}

function expectClose(got: Tensor, wanted: Tensor): void {
  expect(got.shape).toEqual(wanted.shape);
  expectNear(got.toNumbers(), wanted.toNumbers());
}

function expectNear(got: readonly number[] | undefined, wanted: readonly number[] | undefined): void {
  expect(got?.length).toBe(wanted?.length);
  const furthest = Math.max(0, ...(got ?? []).map((value, i) => Math.abs(value - (wanted?.[i] ?? Number.NaN))));
  expect(furthest).toBeLessThan(1e-10);
}
