// N tokens, D input width, O output widths, r rank
import { pushAll } from '../../base/many.ts';
import { attune, readyList, type Tensor } from '../tensor/index.ts';
import { swiGlu, type Gate } from './activations.ts';
import { currentRoute, type AdapterRoute, type AdapterList } from './adapter-route.ts';
import { keptGroup } from './kept-products.ts';
import type { WeightOperands, Module, Parameter } from './module.ts';
import { notesRows } from './row-taps.ts';

/** A product that contributes to a layer's output: `hidden [N, D] × weight [V, D]ᵀ`. */
export interface Term {
  hidden: Tensor;
  weight: Tensor;
  /** Scales of the weight's rows, if it is in int8: f32 [out] */
  scales?: Tensor;
  /** The weight's parameter, if it is trainable. */
  parameter?: Parameter;
  /** Output rows that `hidden` belongs to; all by default. */
  span?: { start: number; end: number };
}

/**
 * Changes a linear layer's input, output or both (LoRA, OFT, (IA)³, …), while the layer's weight keeps its path.
 * Adapters belong to the tuning, not to the model.
 */
export interface LinearAdapter {
  /** Replaces the input x `[…, in]` of the layer's own weight. */
  input?(x: Tensor, layer: LinearLike): Tensor;
  /** The layer's new output, from its original input `[…, in]` and its output so far `[…, out]`. */
  forward(x: Tensor, output: Tensor, layer: LinearLike): Tensor;
  /** The same change as additional terms of the output, if possible. */
  terms?(x: Tensor): Term[];
  /** The same change as a low-rank product, if it currently is one (no dropout), so that it can be fused with the layer. */
  lowRank?(): LowRank | undefined;
}

/** Interface of linear layers for adapters, storage and fusion, which do not access weights otherwise. */
export interface LinearLike extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias?: Parameter;
  /** Whether the weight is stored as [in, out] (GPT-2's Conv1D). */
  readonly isTransposed: boolean;
  readonly adapters: AdapterList<LinearAdapter>;
  addAdapter(adapter: LinearAdapter): void;
  removeAdapter(adapter: LinearAdapter): void;
  /** x [..., in] → [..., out] */
  forward(x: Tensor): Tensor;
}

/** A change of a layer's output that is just `scale · (x Aᵀ) Bᵀ`. */
export interface LowRank {
  /** [r, D] */
  a: Tensor;
  /** [O, r] */
  b: Tensor;
  scale: number;
}

/** Input of the layers: x [N, D], or silu(gate) · up. */
type LinearInput = { x: Tensor } | { gate: Tensor; up: Tensor };

/**
 * Computes layers with a common input, including their adapters, by `attune::linear_group`, with one node in backward.
 * Undefined if the operator does not apply; then each layer runs separately.
 */
export function fusedLinear(layers: readonly LinearLike[], input: LinearInput): Tensor[] | undefined {
  const x = 'gate' in input ? input.gate : input.x;
  const hasForm = layers.some(({ weight }) => weight.form?.operands() !== undefined);
  const isShaped = x.shape.length === 2 || (hasForm && !('gate' in input));
  if (notesRows() && layers.some(hasTrained)) return undefined;
  if ((x.dtype !== 'bf16' && x.dtype !== 'f32') || !isShaped || layers.some((layer) => layer.isTransposed))
    return undefined;
  const adapters = adaptersOf(layers, x.shape[0]);
  if (adapters === undefined) return undefined;
  const isPlain = layers.length === 1 && !('gate' in input) && adapters.length === 0 && !hasForm;
  if (isPlain && layers[0].weight.tensor.dtype === x.dtype) return undefined;
  const [flat, up] = [asFlat(x), 'gate' in input ? input.up : undefined];
  const group = { rows: flat.shape[0], widths: layers.map(({ outFeatures }) => outFeatures), like: x };
  const outputs = keptGroup(group, (known) => linearGroupOf(layers, { x: flat, up }, { adapters, known }));
  return outputs.map((y) => asWide(y, x));
}

/** Whether a layer's weights or adapters are trained. */
function hasTrained({ weight, bias, adapters }: LinearLike): boolean {
  return weight.trainable || bias?.trainable === true || !adapters.isIdle;
}

/** W x + b of one layer by the operator. Not kept for recomputation, since adapters change the output in place. */
export function layerProduct(layer: LinearLike, x: Tensor): Tensor {
  return asWide(linearGroupOf([layer], { x: asFlat(x) }, { adapters: [], known: [] })[0], x);
}

/** x [N, D] → [N, O] of each layer. */
function linearGroupOf(
  layers: readonly LinearLike[],
  { x, up }: { x: Tensor; up?: Tensor },
  { adapters, known }: { adapters: readonly LayerAdapter[]; known: readonly Tensor[] },
): Tensor[] {
  const operands = layers.map(({ weight }) => weight.form?.operands() ?? { weight: weight.tensor });
  const fourBit = packedParts(operands);
  return attune.linear_group.default(
    x,
    up,
    operands.map(({ weight }) => weight),
    layers.map(({ bias }) => bias?.tensor),
    adapters.map(({ a }) => a),
    adapters.map(({ b }) => b),
    adapters.map(({ layer }) => layer),
    adapters.map(({ scale }) => scale),
    operands.map(({ int8 }) => int8?.packed),
    operands.map(({ int8 }) => int8?.turned),
    fourBit.parts,
    fourBit.places,
    known,
    { rows: rowsOf(adapters, x.shape[0]) },
  );
}

/** All parts of 4-bit weights; for each weight: its layer, its first part, the number of parts, and the block size. */
function packedParts(operands: readonly WeightOperands[]): { parts: Tensor[]; places: number[] } {
  const all: { parts: Tensor[]; places: number[] } = { parts: [], places: [] };
  for (const [layer, { fourBit }] of operands.entries()) {
    if (fourBit === undefined) continue;
    all.places.push(layer, all.parts.length, fourBit.parts.length, fourBit.block);
    pushAll(all.parts, fourBit.parts);
  }
  return all;
}

/** x […, D] → [N, D] */
function asFlat(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : x.reshape(-1, x.shape[x.shape.length - 1]);
}

/** [N, O] with the leading dimensions of x […, D]. */
function asWide(y: Tensor, { shape }: Tensor): Tensor {
  return shape.length === 2 ? y : y.reshape(...shape.slice(0, -1), y.shape[1]);
}

/** A low-rank change, the index of its layer in the group, and the rows that it changes. */
type LayerAdapter = LowRank & { layer: number; span?: { start: number; end: number } };

/** Row range of each adapter; empty if all adapters change all rows. */
function rowsOf(adapters: readonly LayerAdapter[], rows: number): number[] {
  if (adapters.every(({ span }) => span === undefined)) return [];
  return adapters.flatMap(({ span }) => [span?.start ?? 0, span?.end ?? rows]);
}

/** All active adapters with their layer's index; undefined if one is not low-rank. */
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

/** Low-rank changes as arguments of operators over several layers. */
interface Changes {
  a: readonly Tensor[];
  b: readonly Tensor[];
  linear: readonly number[];
  scales: readonly number[];
  rows: readonly number[];
}

/** Operands of layers that consist of products and low-rank changes only. */
export interface PlainLayers {
  weights: Tensor[];
  biases: (Tensor | undefined)[];
  changes: Changes;
}

/** Undefined if a layer computes anything else on `rows` tokens, has another storage form or is transposed. */
export function plainLayers(layers: readonly LinearLike[], rows: number): PlainLayers | undefined {
  if (layers.some((layer) => layer.isTransposed || layer.weight.form?.operands() !== undefined)) return undefined;
  const changes = changesOf(layers, rows);
  if (changes === undefined) return undefined;
  return {
    weights: layers.map(({ weight }) => weight.tensor),
    biases: layers.map(({ bias }) => bias?.tensor),
    changes,
  };
}

const NO_CHANGES: Changes = { a: [], b: [], linear: [], scales: [], rows: [] };

/** Cached by the group's first layer, since consecutive passes often apply the same adapters to the same rows. */
const changesOfRoutes = new WeakMap<AdapterRoute, Map<LinearLike, Changes | undefined>>();

function changesOf(layers: readonly LinearLike[], rows: number): Changes | undefined {
  if (layers.every(({ adapters }) => adapters.isIdle)) return NO_CHANGES;
  const route = currentRoute();
  // Adapters that are always active may be in training.
  if (route === undefined || layers.some(({ adapters }) => adapters.always.length > 0))
    return madeChanges(adaptersOf(layers, rows), rows);
  const known = changesOfRoutes.get(route) ?? new Map<LinearLike, Changes | undefined>();
  changesOfRoutes.set(route, known);
  const [first] = layers;
  if (!known.has(first)) known.set(first, madeChanges(adaptersOf(layers, rows), rows));
  return known.get(first);
}

function madeChanges(adapters: readonly LayerAdapter[] | undefined, rows: number): Changes | undefined {
  if (adapters === undefined) return undefined;
  return {
    a: readyList(adapters.map(({ a }) => a)),
    b: readyList(adapters.map(({ b }) => b)),
    linear: readyList(adapters.map(({ layer }) => layer)),
    scales: readyList(adapters.map(({ scale }) => scale)),
    rows: readyList(rowsOf(adapters, rows)),
  };
}

/** Outputs of several layers for a common input x […, D]. */
export function linearGroup(layers: readonly LinearLike[], x: Tensor): Tensor[] {
  return fusedLinear(layers, { x }) ?? layers.map((layer) => layer.forward(x));
}

/** A layer on gated input; with SiLU gating, the gated values are not kept for backward. */
export function gatedLinear(layer: LinearLike, gate: Gate, inputs: { gate: Tensor; up: Tensor }): Tensor {
  const fused = gate === swiGlu ? fusedLinear([layer], inputs) : undefined;
  return fused?.[0] ?? layer.forward(gate(inputs.gate, inputs.up));
}
