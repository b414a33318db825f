// N tokens, in and out features, r rank, n vectors of length v in the bank, k of them mixed
import { AttuneError } from '../../base/errors.ts';
import { keyedNormal, keyedUniform } from '../../models/initialise.ts';
import { Parameter } from '../../engine/nn/index.ts';
import { aten, cat, full, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../interfaces.ts';
import { FactorAdapter } from './factor-adapter.ts';
import { begin, tuneLayers, type LinearTarget, type Start } from './layer-method.ts';
import type { AdapterPart } from './peft-adapter.ts';
import { writeTargets } from './target-options.ts';
import type { VbloraOptions } from './vblora.options.ts';

/** The vector bank shared by all layers. */
class VectorBank implements AdapterPart {
  /** [n, v] */
  readonly vectors: Parameter;
  readonly trainables: readonly Trainable[];
  readonly #mixed: number;

  constructor(options: VbloraOptions, length: number, start: Start) {
    this.#mixed = options.topk;
    this.vectors = new Parameter([options.num_vectors, length]);
    this.trainables = [{ name: 'base_model.vblora_vector_bank', parameter: this.vectors, decays: true }];
    const bound = options.init_vector_bank_bound;
    begin(this.vectors, start, (seed) =>
      keyedUniform(this.vectors.shape, { seed, path: 'vblora_vector_bank' })
        .mul(2 * bound)
        .sub(bound),
    );
  }

  /** Files with `save_only_topk_weights` lack the smaller logits, which are −∞. */
  read(given: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
    const sizes = { count: this.vectors.shape[0], mixed: this.#mixed };
    const whole = [...given].map(([name, tensor]): [string, Tensor][] => {
      if (name.endsWith(WEIGHTS)) return [];
      const weights = name.endsWith(INDICES) ? given.get(name.replace(INDICES, WEIGHTS)) : undefined;
      // Tensors that are not valid logits are reported as unexpected.
      if (weights === undefined || !areChoices(tensor, weights, sizes)) return [[name, tensor]];
      return [[name.replace(INDICES, ''), logitsOf(tensor.to('i64'), weights.to('f32'), sizes.count)]];
    });
    return new Map(whole.flat());
  }

  switch(): void {}
  merge(): void {}
  unmerge(): void {}
  dispose(): void {
    this.vectors.dispose();
  }
}

const [INDICES, WEIGHTS] = ['_topk_indices', '_topk_weights'];

/** Whether a file's indices are valid, with a weight for all but the last. */
function areChoices(indices: Tensor, weights: Tensor, { count, mixed }: { count: number; mixed: number }): boolean {
  const [rows, columns] = indices.shape;
  const isShaped =
    indices.shape.join() === [rows, columns, mixed].join() &&
    weights.shape.join() === [rows, columns, mixed - 1].join();
  return isShaped && [...indices.to('i64').toNumbers()].every((index) => index >= 0 && index < count);
}

/** Vector indices [i, j, k] and weights [i, j, k − 1], the last of which is the remainder to 1 → logits [i, j, n] */
function logitsOf(indices: Tensor, weights: Tensor, count: number): Tensor {
  const last = weights.sum([2], { keepdim: true }).neg().add(1);
  const [rows, columns] = indices.shape;
  const none = full([rows, columns, count], -Infinity, { dtype: 'f32', device: weights.device });
  return aten.scatter.src(none, 2, indices, aten.log.default(cat([weights, last], 2)));
}

/** W + B A, where rows and columns are mixtures of the bank's vectors. */
class VbloraAdapter extends FactorAdapter {
  /** [r, in / v, n] */
  readonly vblora_logits_A: Parameter;
  /** [out / v, r, n] */
  readonly vblora_logits_B: Parameter;
  readonly #bank: VectorBank;
  readonly #mixed: number;

  constructor({ path, layer }: LinearTarget, { r, topk }: VbloraOptions, bank: VectorBank) {
    super(path, layer);
    const [count, length] = bank.vectors.shape;
    this.vblora_logits_A = new Parameter([r, layer.inFeatures / length, count]);
    this.vblora_logits_B = new Parameter([layer.outFeatures / length, r, count]);
    this.#bank = bank;
    this.#mixed = topk;
    this.attach();
  }

  /** [i, j, n] → [i, j, v]: the vectors with the k largest logits, weighted by their softmax */
  #mix(logits: Tensor): Tensor {
    const [largest, indices] = aten.topk.default(logits, this.#mixed); // [i, j, k]
    const chosen = aten.embedding.default(this.#bank.vectors.tensor, indices); // [i, j, k, v]
    return chosen.mul(largest.softmax(-1).unsqueeze(-1)).sum([2]);
  }

  /** [r, in] and [out, r] */
  protected factors(): [Tensor, Tensor] {
    const { inFeatures, outFeatures } = this.layer;
    const a = this.#mix(this.vblora_logits_A.tensor); // [r, in / v, v]
    const b = this.#mix(this.vblora_logits_B.tensor).transpose(1, 2); // [out / v, v, r]
    return [a.reshape(-1, inFeatures), b.reshape(outFeatures, -1)];
  }
}

const LONGEST = 256;

/** Vector length that divides both sides of every layer. */
function lengthFor(targets: readonly LinearTarget[], { vector_length: wanted }: VbloraOptions): number {
  if (wanted !== null) return wanted;
  const sides = targets.flatMap(({ layer }) => [layer.inFeatures, layer.outFeatures]);
  let length = LONGEST;
  while (sides.some((side) => side % length !== 0)) length--;
  return length;
}

/** @throws E_NO_TARGETS */
function refuseOddSides(targets: readonly LinearTarget[], length: number): void {
  const odd = targets.filter(({ layer }) => layer.inFeatures % length !== 0 || layer.outFeatures % length !== 0);
  if (odd.length === 0) return;
  throw new AttuneError('E_NO_TARGETS', {
    what: `tuning.vector_length is ${length}, and the sides of some layers are not multiples of it`,
    problems: odd.map(({ path, layer }) => ({
      field: path,
      message: `is ${layer.outFeatures} × ${layer.inFeatures}`,
    })),
    fix: 'leave tuning.vector_length out, or exclude these layers: tuning.exclude_modules',
  });
}

export const { create, open } = tuneLayers<VbloraOptions>({
  peftType: 'VBLORA',
  check: (targets, options) => refuseOddSides(targets, lengthFor(targets, options)),
  parts(targets, options, start) {
    const bank = new VectorBank(options, lengthFor(targets, options), start);
    const adapters = targets.map((target) => {
      const adapter = new VbloraAdapter(target, options, bank);
      for (const [name, logits] of adapter.ownParameters())
        begin(logits, start, (seed) =>
          keyedNormal(logits.shape, { seed, path: `${name}:${target.path}` }, options.init_logits_std),
        );
      return adapter;
    });
    return [bank, ...adapters];
  },
  config: (options, targets) => ({
    ...writeTargets(options),
    fan_in_fan_out: targets.some(({ layer }) => layer.isTransposed),
    init_logits_std: options.init_logits_std,
    init_vector_bank_bound: options.init_vector_bank_bound,
    num_vectors: options.num_vectors,
    r: options.r,
    save_only_topk_weights: false,
    topk: options.topk,
    vblora_dropout: 0,
    vector_length: lengthFor(targets, options),
  }),
});
