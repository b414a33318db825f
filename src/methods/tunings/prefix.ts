// N tokens, n virtual ones, L layers, K key-value heads, d head size, D input width of the network, H its inner width
import { withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import { keyedNormal, keyedUniform } from '../../models/initialise.ts';
import type { AdaptableAttention, AttentionAdapter } from '../../models/attention-adapters.ts';
import type { Model } from '../../models/model.ts';
import type { Heads, Pass } from '../../models/stack.ts';
import { layoutOfRows, Parameter, type Embedding, type EmbeddingAdapter, type Term } from '../../engine/nn/index.ts';
import { aten, fromArray, noGrad, scope, stack, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable, Tuning, TuningContext } from '../interfaces.ts';
import { attentionLayers } from './attention-layers.ts';
import { begin } from './layer-method.ts';
import type { AdapterPart } from './peft-adapter.ts';
import type { PrefixOptions } from './prefix.options.ts';
import { promptTuning } from './prompt-part.ts';
import { drawnTokens, textTable } from './prompt-table.ts';
import { refuseTokens } from './token-indices.ts';

interface Shape {
  layers: number;
  keyHeads: number;
  size: number;
}

/** Embeddings of the placeholder tokens, whose keys and values the layers replace. */
class EmptyRows implements EmbeddingAdapter {
  readonly extends = true;
  forward(ids: Tensor, output: Tensor, { count }: Embedding): Tensor {
    const { dtype, device } = output;
    return aten.where.self(aten.ge.Scalar(ids, count).unsqueeze(1), zeros([1, 1], { dtype, device }), output);
  }
  terms(): Term[] {
    return [];
  }
}

/** Virtual tokens with trained keys and values, which are not rotated in any layer. */
class Prefix implements AdapterPart {
  readonly trainables: readonly Trainable[];
  readonly prefix: readonly number[];
  readonly #model: Model;
  readonly #table: Embedding;
  readonly #rows = new EmptyRows();
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #shape: Shape;
  readonly #layers: readonly (readonly [AdaptableAttention, AttentionAdapter])[];

  constructor(model: Model, options: PrefixOptions, isTrained: boolean) {
    const count = options.num_virtual_tokens;
    this.#model = model;
    this.#table = textTable(model);
    const attentions = [...attentionLayers(model).values()];
    refuseStates(model, attentions.length);
    const [{ shape }] = attentions;
    const { keyHeads, size } = shape;
    this.#shape = { layers: attentions.length, keyHeads, size };
    const width = attentions.length * 2 * keyHeads * size;
    this.#parameters = new Map(
      [...shapesOf(options, { width, inner: keyHeads * size, isTrained })].map(([name, shape]) => [
        name,
        new Parameter(shape),
      ]),
    );
    this.trainables = [...this.#parameters].map(([name, parameter]) => ({
      name,
      parameter,
      decays: !name.includes('bias'),
    }));
    this.prefix = Array.from({ length: count }, (_, i) => this.#table.count + i);
    this.#layers = attentions.map((attention, layer) => [
      attention,
      { heads: (h, pass) => this.#replace(h, pass, layer) },
    ]);
    this.#table.addAdapter(this.#rows);
    this.switch(true);
  }

  get shape(): Shape {
    return this.#shape;
  }

  /** Initialises the prefixes with the result of `#read`, or a network, whose rows are all equal at first, with its mean. */
  initialise(model: Model, seed: number): void {
    const read = model.device === 'meta' ? undefined : this.#read(seed);
    const isProjected = this.#parameters.size > 1;
    for (const [name, parameter] of this.#parameters)
      begin(parameter, { model, seed }, (own) => {
        if (!isProjected) return read!.clone();
        if (name === `${ENCODER}transform.2.bias`) return read!.mean(0);
        return firstValues(parameter, { seed: own, path: `prefix:${name}` }, name);
      });
  }

  /**
   * Initial prefixes f32 [n, 2 L K d]: the model's own keys and values for random tokens, which do no harm, whereas
   * random numbers would drown out the row (Li and Liang, 2021: "initializing with activations").
   */
  #read(seed: number): Tensor {
    const ids = drawnTokens(this.#table, { seed, count: this.prefix.length });
    const found: Tensor[] = [];
    // A block's own tensors are freed with it, so these are copied.
    const kept = (x: Tensor) => x.to('f32').clone().own();
    const readers = this.#layers.map(([attention], layer) => {
      const heads = (given: Heads): Heads => {
        found[2 * layer] = kept(given.k); // [n, K, d]
        found[2 * layer + 1] = kept(given.v);
        return given;
      };
      const reader: AttentionAdapter = { heads };
      attention.addAdapter(reader);
      return () => attention.removeAdapter(reader);
    });
    this.switch(false);
    try {
      const layout = layoutOfRows([ids.length], { causal: true });
      this.#model.hidden({ ids: BigInt64Array.from(ids, BigInt), layout });
      return stack(found, 1).reshape(ids.length, -1);
    } finally {
      for (const tensor of found) tensor.dispose();
      for (const remove of readers) remove();
      this.switch(true);
    }
  }

  /** f32 [n, 2 L K d] */
  #values(): Tensor {
    const at = (name: string) => this.#parameters.get(name)?.tensor;
    const rows = at('prompt_embeddings') ?? at(`${ENCODER}embedding.weight`)!;
    const [first, second] = [0, 2].map((place) => at(`${ENCODER}transform.${place}.weight`));
    if (first === undefined || second === undefined) return rows;
    const inner = aten.tanh.default(aten.linear.default(rows, first, { bias: at(`${ENCODER}transform.0.bias`) }));
    return aten.linear.default(inner, second, { bias: at(`${ENCODER}transform.2.bias`) });
  }

  #replace(heads: Heads, { layout }: Pass, layer: number): Heads {
    const n = this.prefix.length;
    const places = fromArray(layout.positions).toDevice(this.#model.device); // [N]
    const isOwn = aten.lt.Scalar(places, n).unsqueeze(1).unsqueeze(2);
    const { layers, keyHeads, size } = this.#shape;
    const all = this.#values().reshape(n, 2 * layers, keyHeads, size);
    const put = (x: Tensor, kind: number) => {
      const rows = all
        .select(1, 2 * layer + kind)
        .to(x.dtype)
        .indexSelect(0, aten.clamp_max.default(places, n - 1));
      return aten.where.self(isOwn, rows, x);
    };
    return { ...heads, k: put(heads.k, 0), v: put(heads.v, 1) };
  }

  /** Saves just the keys and values, however they were computed. */
  saved(): Map<string, Tensor> {
    return new Map([['prompt_embeddings', this.#values().detach().contiguous()]]);
  }

  switch(isActive: boolean): void {
    this.#model.prefix = isActive ? this.prefix : [];
    for (const [attention, adapter] of this.#layers) {
      if (isActive) attention.addAdapter(adapter);
      else attention.removeAdapter(adapter);
    }
  }

  merge(): never {
    throw new AttuneError('E_NOT_MERGEABLE', {
      what: 'A prefix does not change the model’s weights, so it cannot be merged',
      fix: 'use the base model and the adapter together, or tune with lora',
    });
  }
  unmerge(): void {}

  dispose(): void {
    this.switch(false);
    this.#table.removeAdapter(this.#rows);
    for (const parameter of this.#parameters.values()) parameter.dispose();
  }
}

const ENCODER = 'prompt_encoder.';

/** Shapes under PEFT's names; an opened adapter has the network's output instead. */
function shapesOf(
  { num_virtual_tokens: n, prefix_projection: isProjected, encoder_hidden_size: given }: PrefixOptions,
  { width, inner, isTrained }: { width: number; inner: number; isTrained: boolean },
): Map<string, number[]> {
  if (!isTrained) return new Map([['prompt_embeddings', [n, width]]]);
  if (!isProjected) return new Map([[`${ENCODER}embedding.weight`, [n, width]]]);
  const hidden = given ?? inner;
  return new Map([
    [`${ENCODER}embedding.weight`, [n, inner]],
    [`${ENCODER}transform.0.weight`, [hidden, inner]],
    [`${ENCODER}transform.0.bias`, [hidden]],
    [`${ENCODER}transform.2.weight`, [width, hidden]],
    [`${ENCODER}transform.2.bias`, [width]],
  ]);
}

/** torch's initialisation of tables and linear layers; the last weight is zero, so that its bias alone is the initial output. */
function firstValues(parameter: Parameter, key: { seed: number; path: string }, name: string): Tensor {
  if (name === `${ENCODER}transform.2.weight`) return zeros(parameter.shape);
  if (name.endsWith('embedding.weight')) return keyedNormal(parameter.shape, key, 1);
  const bound = 1 / Math.sqrt(parameter.shape.at(-1)!);
  return keyedUniform(parameter.shape, key)
    .mul(2 * bound)
    .sub(bound);
}

/** @throws E_NO_TARGETS if some layers have a recurrent state, which a prefix cannot join */
function refuseStates({ architecture, trunk }: Model, attending: number): void {
  const layers = trunk.stack.blockList.length;
  if (attending === layers) return;
  throw new AttuneError('E_NO_TARGETS', {
    what: `A prefix needs attention in every layer, which ${withArticle(architecture.modelType)} model does not have`,
    got: `${attending} of ${layers} layers attend to keys; the others keep a state per row or see one token at a time`,
    expected: 'attention in every layer',
    fix: 'choose another tuning: lora, or prompt_tuning',
  });
}

function build(model: Model, options: PrefixOptions, seed: number | undefined): Tuning {
  const part = noGrad(() => scope(() => ({ made: new Prefix(model, options, seed !== undefined) }))).made;
  if (seed !== undefined) noGrad(() => scope(() => part.initialise(model, seed)));
  const { keyHeads, size } = part.shape;
  const own = {
    encoder_hidden_size: options.encoder_hidden_size ?? keyHeads * size,
    num_attention_heads: keyHeads,
    num_virtual_tokens: options.num_virtual_tokens,
    prefix_projection: options.prefix_projection,
    token_dim: keyHeads * size,
  };
  return promptTuning(model, part, { peftType: 'PREFIX_TUNING', modulesToSave: options.modules_to_save, own });
}

export function create(model: Model, options: PrefixOptions, { seed, tokens }: TuningContext): Tuning {
  refuseTokens(tokens, model, options.modules_to_save);
  return build(model, options, seed);
}

/** The network is not saved; the adapter consists of its output. */
export function open(model: Model, options: PrefixOptions): Tuning {
  return build(model, options, undefined);
}
