// n virtual tokens, D width of the embedding, H width of the network
import { keyedNormal, keyedUniform } from '../../models/initialise.ts';
import type { Model } from '../../models/model.ts';
import { Parameter } from '../../engine/nn/index.ts';
import { aten, cat, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable, Tuning, TuningContext } from '../interfaces.ts';
import { begin } from './layer-method.ts';
import type { PTuningOptions } from './p_tuning.options.ts';
import { promptTuning } from './prompt-part.ts';
import { PromptTable, textTable, type PromptEncoder } from './prompt-table.ts';
import { refuseTokens } from './token-indices.ts';

/** Shapes of the network's weights, under PEFT's names. */
function shapesOf(options: PTuningOptions, width: number): Map<string, number[]> {
  const { num_virtual_tokens: n, encoder_num_layers: layers, encoder_hidden_size: given } = options;
  const hidden = given ?? width;
  const shapes = new Map<string, number[]>([['embedding.weight', [n, width]]]);
  const linear = (place: number, inner: number, out: number) =>
    shapes.set(`mlp_head.${place}.weight`, [out, inner]).set(`mlp_head.${place}.bias`, [out]);
  if (options.encoder_reparameterization_type === 'mlp') {
    linear(0, width, hidden);
    linear(2, hidden, hidden);
    linear(4, hidden, width);
    return shapes;
  }
  for (let layer = 0; layer < layers; layer++) {
    for (const end of [`l${layer}`, `l${layer}_reverse`]) {
      shapes.set(`lstm_head.weight_ih_${end}`, [4 * hidden, layer === 0 ? width : 2 * hidden]);
      shapes.set(`lstm_head.weight_hh_${end}`, [4 * hidden, hidden]);
      for (const bias of ['bias_ih', 'bias_hh']) shapes.set(`lstm_head.${bias}_${end}`, [4 * hidden]);
    }
  }
  linear(0, 2 * hidden, 2 * hidden);
  linear(2, 2 * hidden, width);
  return shapes;
}

/** A table of vectors, followed by three linear layers, or by a bidirectional LSTM and two linear layers. */
class Network implements PromptEncoder {
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #layers: number;

  constructor(model: Model, options: PTuningOptions, seed: number) {
    const shapes = shapesOf(options, textTable(model).width);
    this.#parameters = new Map([...shapes].map(([name, shape]) => [name, new Parameter(shape)]));
    this.#layers = options.encoder_reparameterization_type === 'lstm' ? options.encoder_num_layers : 0;
    for (const [name, parameter] of this.#parameters) {
      const isWeight = parameter.shape.length === 2 && !name.startsWith('lstm_head');
      const inner = shapes.get(isWeight ? name : name.replace('.bias', '.weight'))?.at(-1) ?? 1;
      const bound = 1 / Math.sqrt(name.startsWith('lstm_head') ? parameter.shape[0] / 4 : inner);
      begin(parameter, { model, seed }, (own) =>
        firstValues(parameter, { seed: own, path: `p_tuning:${name}` }, bound),
      );
    }
  }

  get trainables(): Trainable[] {
    return [...this.#parameters].map(([name, parameter]) => ({
      name: `prompt_encoder.${name}`,
      parameter,
      decays: !name.includes('bias'),
    }));
  }

  #at(name: string): Tensor {
    return this.#parameters.get(name)!.tensor;
  }

  rows(): Tensor {
    let x = this.#at('embedding.weight');
    for (let layer = 0; layer < this.#layers; layer++)
      x = cat([this.#read(x, `l${layer}`), this.#read(x, `l${layer}_reverse`)], 1);
    const places = [0, 2, 4].filter((place) => this.#parameters.has(`mlp_head.${place}.weight`));
    for (const place of places) {
      const bias = this.#at(`mlp_head.${place}.bias`);
      if (place > 0) x = aten.relu.default(x);
      x = aten.linear.default(x, this.#at(`mlp_head.${place}.weight`), { bias });
    }
    return x;
  }

  /** One direction of a layer of the LSTM: [n, …] → [n, H] */
  #read(x: Tensor, end: string): Tensor {
    const [weight, recurrent] = [this.#at(`lstm_head.weight_ih_${end}`), this.#at(`lstm_head.weight_hh_${end}`)];
    const biases = this.#at(`lstm_head.bias_ih_${end}`).add(this.#at(`lstm_head.bias_hh_${end}`));
    const inputs = aten.linear.default(x, weight, { bias: biases }); // [n, 4 H]
    const [n, width] = [x.shape[0], recurrent.shape[1]];
    const { device } = x;
    let [state, cell] = [zeros([1, width], { device }), zeros([1, width], { device })];
    const outputs: Tensor[] = [];
    for (let i = 0; i < n; i++) {
      const at = end.endsWith('_reverse') ? n - 1 - i : i;
      const gates = inputs.narrow(0, at, 1).add(aten.linear.default(state, recurrent));
      const [input, forget, candidate, output] = gates.split([width, width, width, width], 1);
      const kept = aten.sigmoid.default(forget).mul(cell);
      cell = kept.add(aten.sigmoid.default(input).mul(aten.tanh.default(candidate)));
      state = aten.sigmoid.default(output).mul(aten.tanh.default(cell));
      outputs[at] = state;
    }
    return cat(outputs);
  }

  dispose(): void {
    for (const parameter of this.#parameters.values()) parameter.dispose();
  }
}

/** torch's initialisation of each kind of layer. */
function firstValues(parameter: Parameter, key: { seed: number; path: string }, bound: number): Tensor {
  if (key.path === 'p_tuning:embedding.weight') return keyedNormal(parameter.shape, key, 1);
  return keyedUniform(parameter.shape, key)
    .mul(2 * bound)
    .sub(bound);
}

function build(model: Model, options: PTuningOptions, seed: number | undefined): Tuning {
  textTable(model);
  const encoder =
    seed === undefined ? undefined : noGrad(() => scope(() => ({ made: new Network(model, options, seed) })));
  const table = new PromptTable(model, options.num_virtual_tokens, encoder?.made);
  const own = {
    encoder_dropout: 0,
    encoder_hidden_size: options.encoder_hidden_size ?? textTable(model).width,
    encoder_num_layers: options.encoder_num_layers,
    encoder_reparameterization_type: options.encoder_reparameterization_type.toUpperCase(),
    num_virtual_tokens: options.num_virtual_tokens,
  };
  return promptTuning(model, table, { peftType: 'P_TUNING', modulesToSave: options.modules_to_save, own });
}

export function create(model: Model, options: PTuningOptions, { seed, tokens }: TuningContext): Tuning {
  refuseTokens(tokens, model, options.modules_to_save);
  return build(model, options, seed);
}

/** The network is not saved; the adapter consists of its output. */
export function open(model: Model, options: PTuningOptions): Tuning {
  return build(model, options, undefined);
}
