// N tokens, D width of the input, O widths of the outputs, r rank
import { attune, type Tensor } from '../tensor/index.ts';
import { swiGlu, type Gate } from './activations.ts';
import { keptGroup } from './kept-products.ts';
import type { LinearLike } from './linear.ts';

/** A change of a layer's output that is `scale · (x Aᵀ) Bᵀ` and nothing else. */
export interface LowRank {
  /** [r, D] */
  a: Tensor;
  /** [O, r] */
  b: Tensor;
  scale: number;
}

/** What the layers read: x [N, D], or silu(gate) · up of two such. */
type LinearInput = { x: Tensor } | { gate: Tensor; up: Tensor };

/**
 * Layers on one input with all of their adapters by `attune::linear_group`, one node for backward, or undefined where
 * that operator is not what should compute it: then each layer does it by itself.
 */
export function fusedLinear(layers: readonly LinearLike[], input: LinearInput): Tensor[] | undefined {
  const x = 'gate' in input ? input.gate : input.x;
  const hasInt8 = layers.some(({ int8 }) => int8?.isRead === true);
  const isShaped = x.shape.length === 2 || (hasInt8 && !('gate' in input));
  if ((x.dtype !== 'bf16' && x.dtype !== 'f32') || !isShaped || layers.some((layer) => layer.isTransposed))
    return undefined;
  const adapters = adaptersOf(layers, x.shape[0]);
  if (adapters === undefined) return undefined;
  const isPlain = layers.length === 1 && !('gate' in input) && adapters.length === 0 && !hasInt8;
  if (isPlain && layers[0].weight.tensor.dtype === x.dtype) return undefined;
  const [flat, up] = [asFlat(x), 'gate' in input ? input.up : undefined];
  const group = { rows: flat.shape[0], widths: layers.map(({ outFeatures }) => outFeatures), like: x };
  const outputs = keptGroup(group, (known) => linearGroupOf(layers, { x: flat, up }, { adapters, known }));
  return outputs.map((y) => asWide(y, x));
}

/** W x + b of one layer by the operator, for adapters that change it where it lies: it is kept for no second pass. */
export function layerProduct(layer: LinearLike, x: Tensor): Tensor {
  return asWide(linearGroupOf([layer], { x: asFlat(x) }, { adapters: [], known: [] })[0], x);
}

/** x [N, D] → [N, O] of each layer. */
function linearGroupOf(
  layers: readonly LinearLike[],
  { x, up }: { x: Tensor; up?: Tensor },
  { adapters, known }: { adapters: readonly LayerAdapter[]; known: readonly Tensor[] },
): Tensor[] {
  const copies = layers.map(({ int8 }) => (int8?.isRead === true ? int8 : undefined));
  return attune.linear_group.default(
    x,
    up,
    layers.map(({ weight }) => weight.tensor),
    layers.map(({ bias }) => bias?.tensor),
    adapters.map(({ a }) => a),
    adapters.map(({ b }) => b),
    adapters.map(({ layer }) => layer),
    adapters.map(({ scale }) => scale),
    copies.map((int8) => int8?.packed),
    copies.map((int8) => int8?.turned),
    known,
    { rows: rowsOf(adapters, x.shape[0]) },
  );
}

/** x […, D] → [N, D] */
function asFlat(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : x.reshape(-1, x.shape[x.shape.length - 1]);
}

/** [N, O] with the leading dimensions of x […, D]. */
function asWide(y: Tensor, { shape }: Tensor): Tensor {
  return shape.length === 2 ? y : y.reshape(...shape.slice(0, -1), y.shape[1]);
}

/** A change of low rank, the place of its layer among those of a group, and the rows that it changes. */
type LayerAdapter = LowRank & { layer: number; span?: { start: number; end: number } };

/** The rows that each adapter changes, from and to; none where each changes all. */
function rowsOf(adapters: readonly LayerAdapter[], rows: number): number[] {
  if (adapters.every(({ span }) => span === undefined)) return [];
  return adapters.flatMap(({ span }) => [span?.start ?? 0, span?.end ?? rows]);
}

/** Every adapter that acts with the place of its layer; undefined where one is more than a change of low rank. */
function adaptersOf(layers: readonly LinearLike[], rows: number): LayerAdapter[] | undefined {
  const found: LayerAdapter[] = [];
  for (const [layer, one] of layers.entries()) {
    for (const { adapters, span } of one.adapters.acting(rows)) {
      for (const adapter of adapters) {
        const change = adapter.lowRank?.();
        if (change === undefined) return undefined;
        found.push({ ...change, layer, span });
      }
    }
  }
  return found;
}

/** Layers that are read as they are, with changes of low rank, as operators of several layers take them. */
export interface PlainLayers {
  weights: Tensor[];
  biases: (Tensor | undefined)[];
  changes: { a: Tensor[]; b: Tensor[]; linear: number[]; scales: number[]; rows: number[] };
}

/** What layers are made of that compute nothing else on `rows` tokens: none is read in int8 or lies the other way round. */
export function plainLayers(layers: readonly LinearLike[], rows: number): PlainLayers | undefined {
  if (layers.some((layer) => layer.isTransposed || layer.int8?.isRead === true)) return undefined;
  const adapters = adaptersOf(layers, rows);
  if (adapters === undefined) return undefined;
  return {
    weights: layers.map(({ weight }) => weight.tensor),
    biases: layers.map(({ bias }) => bias?.tensor),
    changes: {
      a: adapters.map(({ a }) => a),
      b: adapters.map(({ b }) => b),
      linear: adapters.map(({ layer }) => layer),
      scales: adapters.map(({ scale }) => scale),
      rows: rowsOf(adapters, rows),
    },
  };
}

/** What several layers make of one input x […, D]. */
export function linearGroup(layers: readonly LinearLike[], x: Tensor): Tensor[] {
  return fusedLinear(layers, { x }) ?? layers.map((layer) => layer.forward(x));
}

/** A layer that reads what a gate makes of two inputs; where the gate is silu's, that is not kept for backward. */
export function gatedLinear(layer: LinearLike, gate: Gate, inputs: { gate: Tensor; up: Tensor }): Tensor {
  const fused = gate === swiGlu ? fusedLinear([layer], inputs) : undefined;
  return fused?.[0] ?? layer.forward(gate(inputs.gate, inputs.up));
}
