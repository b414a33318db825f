// Decoders as plain arithmetic on lists of numbers, written from the papers and the reference's descriptions: no
// tensors, no modules, one row at a time.
import type { RawConfig } from '../../src/models/raw-config.ts';

type Vector = number[];

/** A checkpoint: name → shape and numbers in row order. */
export type Weights = ReadonlyMap<string, { shape: readonly number[]; values: readonly number[] }>;

/** Facts about a model type that its configuration does not contain. */
export interface Description {
  heads: number;
  keyHeads: number;
  size: number;
  /** Angle of each pair of rotated features, by layer and position; empty without rotary positions. */
  turns?(layer: number, position: number): readonly number[];
  amplitude?: number;
  /** Factor of a layer's attention scores. */
  scale(layer: number): number;
  scoreCap?: number;
  window?(layer: number): number | undefined;
  norm: 'rms' | 'rms+1' | 'layer';
  epsilon: number;
  activation: (x: number) => number;
  places: 'before' | 'after' | 'around' | 'side by side';
  embeddingScale?: number;
  residualScale?: number;
  logitScale?: number;
  logitCap?: number;
  experts?: { chosen: number; normalises: boolean };
}

const sum = (values: Vector): number => values.reduce((total, value) => total + value, 0);
const plus = (a: Vector, b: Vector, scale = 1): Vector => a.map((value, i) => value + scale * b[i]);
const cap = (x: number, limit?: number): number => (limit === undefined ? x : limit * Math.tanh(x / limit));

function softmax(values: Vector): Vector {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  return powers.map((power) => power / sum(powers));
}

export const silu = (x: number): number => x / (1 + Math.exp(-x));
export const geluTanh = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
/** Uses the series of the error function. */
export function gelu(x: number): number {
  const z = x / Math.SQRT2;
  let [term, total] = [z, z];
  for (let n = 1; n < 200; n++) {
    term *= -(z * z) / n;
    total += term / (2 * n + 1);
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * total);
}

/** Computes the logits at each token of one row. */
export class DecoderDefinition {
  readonly #weights: Weights;
  readonly #about: Description;
  readonly #raw: RawConfig;
  readonly #used = new Set<string>();

  constructor(weights: Weights, about: Description, raw: RawConfig) {
    this.#weights = weights;
    this.#about = about;
    this.#raw = raw;
  }

  /** Names in the checkpoint that have not been read. */
  get unused(): string[] {
    return [...this.#weights.keys()].filter((name) => !this.#used.has(name));
  }

  #get(name: string): { shape: readonly number[]; values: readonly number[] } {
    const found = this.#weights.get(name);
    if (found === undefined) throw new Error(`the checkpoint has no ${name}`);
    this.#used.add(name);
    return found;
  }
  #has(name: string): boolean {
    return this.#weights.has(name);
  }
  #row(name: string, index: number): Vector {
    const { shape, values } = this.#get(name);
    return values.slice(index * shape[1], (index + 1) * shape[1]);
  }

  /** W x + b with a weight [out, in], or [in, out] for GPT-2's layers. */
  #linear(name: string, x: Vector, isTransposed = false): Vector {
    const { shape, values } = this.#get(`${name}.weight`);
    const [outer, inner] = shape;
    const outputs = isTransposed ? inner : outer;
    const at = (o: number, i: number) => (isTransposed ? values[i * inner + o] : values[o * inner + i]);
    const product = Array.from({ length: outputs }, (_, o) => sum(x.map((value, i) => value * at(o, i))));
    return this.#has(`${name}.bias`) ? plus(product, [...this.#get(`${name}.bias`).values]) : product;
  }

  #norm(name: string, x: Vector): Vector {
    const { norm, epsilon } = this.#about;
    const weight = this.#get(`${name}.weight`).values;
    const mean = norm === 'layer' ? sum(x) / x.length : 0;
    const root = Math.sqrt(sum(x.map((value) => (value - mean) ** 2)) / x.length + epsilon);
    const scaled = x.map((value, i) => ((value - mean) / root) * (weight[i] + (norm === 'rms+1' ? 1 : 0)));
    return norm === 'layer' ? plus(scaled, [...this.#get(`${name}.bias`).values]) : scaled;
  }

  #headsOf(flat: Vector): Vector[] {
    const { size } = this.#about;
    return Array.from({ length: flat.length / size }, (_, head) => flat.slice(head * size, (head + 1) * size));
  }

  /** The features of a pair are half of the rotated features apart. */
  #turn(head: Vector, position: number, layer: number): Vector {
    const { turns, amplitude = 1 } = this.#about;
    const angles = turns?.(layer, position) ?? [];
    const half = angles.length;
    const turned = [...head];
    for (const [i, angle] of angles.entries()) {
      const [a, b] = [head[i], head[i + half]];
      const [c, s] = [amplitude * Math.cos(position * angle), amplitude * Math.sin(position * angle)];
      [turned[i], turned[i + half]] = [a * c - b * s, b * c + a * s];
    }
    return turned;
  }

  /** q, k and v of a token, from whichever projections the checkpoint has. */
  #project(block: string, x: Vector): { q: Vector[]; k: Vector[]; v: Vector[] } {
    const { heads, keyHeads, size } = this.#about;
    if (this.#has(`${block}.attn.c_attn.weight`)) {
      const flat = this.#linear(`${block}.attn.c_attn`, x, true);
      const width = heads * size;
      const [q, k, v] = [0, 1, 2].map((part) => this.#headsOf(flat.slice(part * width, (part + 1) * width)));
      return { q, k, v };
    }
    if (this.#has(`${block}.attention.query_key_value.weight`)) {
      const all = this.#headsOf(this.#linear(`${block}.attention.query_key_value`, x));
      const [q, k, v] = [0, 1, 2].map((part) => all.filter((_, i) => i % 3 === part));
      return { q, k, v };
    }
    const name = `${block}.self_attn`;
    if (this.#has(`${name}.qkv_proj.weight`)) {
      const all = this.#headsOf(this.#linear(`${name}.qkv_proj`, x));
      return { q: all.slice(0, heads), k: all.slice(heads, heads + keyHeads), v: all.slice(heads + keyHeads) };
    }
    const [q, k] = ['q', 'k'].map((part) => this.#normedHeads(name, part, this.#linear(`${name}.${part}_proj`, x)));
    return { q, k, v: this.#headsOf(this.#linear(`${name}.v_proj`, x)) };
  }

  /** A norm as wide as all heads together is computed over all of them. */
  #normedHeads(name: string, part: string, flat: Vector): Vector[] {
    const norm = `${name}.${part}_norm`;
    if (!this.#has(`${norm}.weight`)) return this.#headsOf(flat);
    if (this.#get(`${norm}.weight`).shape[0] === flat.length) return this.#headsOf(this.#norm(norm, flat));
    return this.#headsOf(flat).map((head) => this.#norm(norm, head));
  }

  #attend(block: string, layer: number, inputs: readonly Vector[]): Vector[] {
    const { heads, keyHeads, scale, scoreCap, window } = this.#about;
    const tokens = inputs.map((x, position) => {
      const { q, k, v } = this.#project(block, x);
      const turned = (list: Vector[]) => list.map((head) => this.#turn(head, position, layer));
      return { q: turned(q), k: turned(k), v };
    });
    return tokens.map(({ q }, position) => {
      const first = Math.max(0, position + 1 - (window?.(layer) ?? Number.POSITIVE_INFINITY));
      const seen = tokens.slice(first, position + 1);
      const mixed = q.flatMap((query, head) => {
        const shared = Math.floor((head * keyHeads) / heads);
        const scores = seen.map(({ k }) =>
          cap(scale(layer) * sum(query.map((value, i) => value * k[shared][i])), scoreCap),
        );
        const weights = softmax(scores);
        return query.map((_, i) => sum(seen.map(({ v }, t) => weights[t] * v[shared][i])));
      });
      if (this.#has(`${block}.attn.c_proj.weight`)) return this.#linear(`${block}.attn.c_proj`, mixed, true);
      if (this.#has(`${block}.attention.dense.weight`)) return this.#linear(`${block}.attention.dense`, mixed);
      return this.#linear(`${block}.self_attn.o_proj`, mixed);
    });
  }

  #gated(x: Vector, [gate, up, down]: readonly [string, string, string]): Vector {
    const { activation } = this.#about;
    const opened = this.#linear(gate, x).map(activation);
    return this.#linear(
      down,
      this.#linear(up, x).map((value, i) => value * opened[i]),
    );
  }

  #feed(block: string, x: Vector): Vector {
    const { activation } = this.#about;
    if (this.#has(`${block}.mlp.c_fc.weight`)) {
      return this.#linear(`${block}.mlp.c_proj`, this.#linear(`${block}.mlp.c_fc`, x, true).map(activation), true);
    }
    if (this.#has(`${block}.mlp.dense_h_to_4h.weight`)) {
      return this.#linear(`${block}.mlp.dense_4h_to_h`, this.#linear(`${block}.mlp.dense_h_to_4h`, x).map(activation));
    }
    if (this.#has(`${block}.mlp.gate_up_proj.weight`)) {
      const both = this.#linear(`${block}.mlp.gate_up_proj`, x);
      const half = both.length / 2;
      const inner = both.slice(half).map((value, i) => value * activation(both[i]));
      return this.#linear(`${block}.mlp.down_proj`, inner);
    }
    for (const [name, parts] of [
      [`${block}.mlp`, ['gate_proj', 'up_proj', 'down_proj']],
      [`${block}.block_sparse_moe`, ['w1', 'w3', 'w2']],
    ] as const) {
      const within = (place: string) => parts.map((part) => `${place}.${part}`) as [string, string, string];
      if (this.#has(`${name}.gate.weight`)) return this.#mix(name, x, (expert) => within(`${name}.experts.${expert}`));
      if (this.#has(`${name}.${parts[0]}.weight`)) return this.#gated(x, within(name));
    }
    throw new Error(`${block} has no feed-forward half`);
  }

  #mix(name: string, x: Vector, partsOf: (expert: number) => [string, string, string]): Vector {
    const { chosen, normalises } = this.#about.experts!;
    const probabilities = softmax(this.#linear(`${name}.gate`, x));
    const best = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, chosen);
    const whole = normalises ? sum(best.map((expert) => probabilities[expert])) : 1;
    return best.reduce(
      (mixed, expert) => plus(mixed, this.#gated(x, partsOf(expert)), probabilities[expert] / whole),
      x.map(() => 0),
    );
  }

  #layer(block: string, layer: number, inputs: readonly Vector[]): Vector[] {
    const { places, residualScale = 1 } = this.#about;
    const [first, second] = this.#has(`${block}.ln_1.weight`)
      ? ['ln_1', 'ln_2']
      : ['input_layernorm', 'post_attention_layernorm'];
    const norms = {
      before: { read: [first, second], give: [] },
      'side by side': { read: [first, second], give: [] },
      after: { read: [], give: ['post_attention_layernorm', 'post_feedforward_layernorm'] },
      around: {
        read: ['input_layernorm', 'pre_feedforward_layernorm'],
        give: ['post_attention_layernorm', 'post_feedforward_layernorm'],
      },
    }[places];
    const apply = (name: string | undefined, x: Vector) => (name === undefined ? x : this.#norm(`${block}.${name}`, x));
    const attended = this.#attend(
      block,
      layer,
      inputs.map((x) => apply(norms.read[0], x)),
    ).map((y) => apply(norms.give[0], y));
    return inputs.map((x, t) => {
      const sumOfFirst = plus(x, attended[t], residualScale);
      const read = places === 'side by side' ? x : sumOfFirst;
      return plus(sumOfFirst, apply(norms.give[1], this.#feed(block, apply(norms.read[1], read))), residualScale);
    });
  }

  logits(ids: readonly number[]): Vector[] {
    const { embeddingScale = 1, logitScale = 1, logitCap } = this.#about;
    const [table, blocks, last] = this.#names();
    let states = ids.map((id, position) => {
      const word = this.#row(`${table}.weight`, id).map((value) => value * embeddingScale);
      return this.#has('transformer.wpe.weight') ? plus(word, this.#row('transformer.wpe.weight', position)) : word;
    });
    for (let layer = 0; this.#isThere(`${blocks}.${layer}.`); layer++) {
      states = this.#layer(`${blocks}.${layer}`, layer, states);
    }
    const head = ['lm_head', 'embed_out'].find((name) => this.#has(`${name}.weight`)) ?? table;
    return states.map((state) =>
      this.#linear(head, this.#norm(last, state)).map((value) => cap(value * logitScale, logitCap)),
    );
  }

  #isThere(prefix: string): boolean {
    return [...this.#weights.keys()].some((name) => name.startsWith(prefix));
  }

  #names(): [table: string, blocks: string, last: string] {
    if (this.#raw.model_type === 'gpt2') return ['transformer.wte', 'transformer.h', 'transformer.ln_f'];
    if (this.#raw.model_type === 'gpt_neox')
      return ['gpt_neox.embed_in', 'gpt_neox.layers', 'gpt_neox.final_layer_norm'];
    return ['model.embed_tokens', 'model.layers', 'model.norm'];
  }
}
