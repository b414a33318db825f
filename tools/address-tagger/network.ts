// T tokens, F rows of a token, W width of the layers
/** Trains the network of the address tagger. */
import { LAYERS, REACH, TAGS, WIDTH } from '../../src/data/privacy/addresses/network.ts';
import { PLACES, ROWS } from '../../src/data/privacy/addresses/features.ts';
import { aten, fromArray, grad, noGrad, scope, setThreads, zeros, type Tensor } from '../../src/tensor/index.ts';
import type { Draws } from '../pii-development/values.ts';

/** Tokens of a sentence: rows of the table, and what each is. */
export interface Sample {
  rows: readonly (readonly number[])[];
  places: readonly number[];
  tags: readonly number[];
  /** Whether an address is near, of tokens that may open the gate. */
  near: readonly (boolean | undefined)[];
}

const MOST_ROWS = 12;
/** Of a step. */
const TOKENS = 6144;
const NOWHERE = -100;
const BETAS = [0.9, 0.99] as const;

export interface Trained {
  table: Float32Array;
  places: Float32Array;
  layers: { weight: Float32Array; bias: Float32Array }[];
  /** The bias last. */
  gate: Float32Array;
  head: Float32Array;
  headBias: Float32Array;
}

/** Uniform within the bound of He, or zeros. */
function initial(shape: readonly number[], bound: number, draws: Draws): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => (draws.below(2_000_001) / 1e6 - 1) * bound);
  return fromArray(values, shape).setRequiresGrad();
}

function parametersOf(draws: Draws): Tensor[] {
  const layers = LAYERS.flatMap(({ taps }) => [
    initial([WIDTH, WIDTH, taps], Math.sqrt(6 / (WIDTH * taps)), draws),
    initial([WIDTH], 0, draws),
  ]);
  const gate = [initial([2, WIDTH], Math.sqrt(3 / WIDTH), draws), initial([2], 0, draws)];
  const head = [...gate, initial([TAGS, WIDTH], Math.sqrt(3 / WIDTH), draws), initial([TAGS], 0, draws)];
  return [initial([ROWS + 1, WIDTH], 0, draws), initial([PLACES + 1, WIDTH], 0.1, draws), ...layers, ...head];
}

/** A step's sentences side by side, with gaps as wide as the network reaches. */
interface Batch {
  rows: BigInt64Array;
  places: BigInt64Array;
  tags: BigInt64Array;
  near: BigInt64Array;
  /** 1 for tokens, 0 between sentences: beyond a text's ends all layers are zero. */
  mask: Float32Array;
  length: number;
}

function batchOf(samples: readonly Sample[]): Batch {
  const length = samples.reduce((sum, { tags }) => sum + tags.length + REACH, REACH);
  const rows = new BigInt64Array(length * MOST_ROWS).fill(BigInt(ROWS));
  const places = new BigInt64Array(length).fill(BigInt(PLACES));
  const tags = new BigInt64Array(length).fill(BigInt(NOWHERE));
  const near = new BigInt64Array(length).fill(BigInt(NOWHERE));
  const mask = new Float32Array(length);
  let at = REACH;
  for (const sample of samples) {
    for (const [index, tag] of sample.tags.entries()) {
      for (const [place, row] of sample.rows[index].entries()) rows[at * MOST_ROWS + place] = BigInt(row);
      places[at] = BigInt(sample.places[index]);
      const isNear = sample.near[index];
      if (isNear !== undefined) near[at] = isNear ? 1n : 0n;
      mask[at] = 1;
      tags[at++] = BigInt(tag);
    }
    at += REACH;
  }
  return { rows, places, tags, near, mask, length };
}

function lossOf(parameters: readonly Tensor[], batch: Batch): Tensor {
  const [table, placeTable] = parameters;
  const rows = fromArray(batch.rows, [batch.length, MOST_ROWS]);
  const embedded = aten.embedding.default(table, rows, { padding_idx: ROWS }).sum(1); // [T, W]
  const placed = aten.embedding.default(placeTable, fromArray(batch.places, [batch.length]), { padding_idx: PLACES });
  let values = aten.unsqueeze.default(aten.t.default(embedded.add(placed)), 0); // [1, W, T]
  const mask = fromArray(batch.mask, [batch.length]);
  let first = values;
  for (const [index, { taps, step }] of LAYERS.entries()) {
    const padding = ((taps - 1) * step) / 2;
    const options = { bias: parameters[3 + 2 * index], padding: [padding], dilation: [step] };
    values = aten.relu.default(aten.conv1d.default(values, parameters[2 + 2 * index], options)).mul(mask);
    if (index === 0) first = aten.t.default(aten.squeeze.dim(values, 0)); // [T, W]
  }
  const last = aten.t.default(aten.squeeze.dim(values, 0)); // [T, W]
  const scores = aten.linear.default(last, parameters.at(-2)!, { bias: parameters.at(-1)! });
  const gated = aten.linear.default(first, parameters.at(-4)!, { bias: parameters.at(-3)! });
  return crossEntropy(scores, batch.tags).add(crossEntropy(gated, batch.near).mul(GATE_WEIGHT));
}

/** The gate is to change little of what the first layer is for. */
const GATE_WEIGHT = 0.1;

function crossEntropy(scores: Tensor, tags: BigInt64Array): Tensor {
  return aten.cross_entropy_loss.default(scores, fromArray(tags, [tags.length]), { ignore_index: NOWHERE });
}

/** Adam's moments of each parameter. */
interface Moments {
  first: Tensor;
  second: Tensor;
}

function step_(
  parameters: readonly Tensor[],
  gradients: readonly (Tensor | undefined)[],
  moments: readonly Moments[],
  { count, rate }: { count: number; rate: number },
): void {
  const [one, two] = BETAS;
  for (const [index, parameter] of parameters.entries()) {
    const gradient = gradients[index]!;
    const { first, second } = moments[index];
    aten.mul_.Scalar(first, one);
    aten.add_.Tensor(first, gradient, { alpha: 1 - one });
    aten.mul_.Scalar(second, two);
    aten.addcmul_.default(second, gradient, gradient, { value: 1 - two });
    const root = aten.sqrt
      .default(second)
      .div(Math.sqrt(1 - two ** count))
      .add(1e-6);
    aten.addcdiv_.default(parameter, first, root, { value: -rate / (1 - one ** count) });
  }
}

function shuffled<Item>(items: readonly Item[], draws: Draws): Item[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = draws.below(at + 1);
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}

function* batchesOf(samples: readonly Sample[]): Generator<Sample[]> {
  let [batch, tokens]: [Sample[], number] = [[], 0];
  for (const sample of samples) {
    batch.push(sample);
    tokens += sample.tags.length + REACH;
    if (tokens < TOKENS) continue;
    yield batch;
    [batch, tokens] = [[], 0];
  }
}

/** Each pass over samples of its own, with a rate that falls to nothing. */
export function train(passes: number, samplesOf: (pass: number) => readonly Sample[], draws: Draws): Trained {
  setThreads(1);
  const parameters = parametersOf(draws);
  const moments = parameters.map((parameter) => ({ first: zeros(parameter.shape), second: zeros(parameter.shape) }));
  let count = 0;
  let steps = 0;
  for (let pass = 0; pass < passes; pass++) {
    const batches = [...batchesOf(shuffled(samplesOf(pass), draws))];
    steps = batches.length * passes;
    let sum = 0;
    for (const batch of batches) {
      count++;
      const rate = 0.004 * Math.min(1, count / 50) * Math.max(0.01, 1 - count / steps);
      sum += scope(() => {
        const loss = lossOf(parameters, batchOf(batch));
        const gradients = grad([loss], parameters);
        noGrad(() => step_(parameters, gradients, moments, { count, rate }));
        return loss.item();
      });
    }
    console.log(`pass ${pass + 1}: ${batches.length} steps, loss ${(sum / batches.length).toFixed(4)}`);
  }
  return trainedOf(parameters);
}

function numbersOf(tensor: Tensor): Float32Array {
  return Float32Array.from(aten.contiguous.default(aten.detach.default(tensor)).data() as Float32Array);
}

function trainedOf(parameters: readonly Tensor[]): Trained {
  const layers = LAYERS.map((_, index) => ({
    weight: numbersOf(aten.permute.default(parameters[2 + 2 * index], [2, 1, 0])), // [taps, in, out]
    bias: numbersOf(parameters[3 + 2 * index]),
  }));
  return {
    table: numbersOf(parameters[0]).subarray(0, ROWS * WIDTH),
    places: numbersOf(parameters[1]).subarray(0, PLACES * WIDTH),
    layers,
    gate: gateOf(numbersOf(parameters.at(-4)!), numbersOf(parameters.at(-3)!)),
    head: numbersOf(aten.t.default(parameters.at(-2)!)),
    headBias: numbersOf(parameters.at(-1)!),
  };
}

/** Of two classes, what speaks for the second. */
function gateOf(weight: Float32Array, bias: Float32Array): Float32Array {
  return Float32Array.from([...weight.subarray(WIDTH).map((value, unit) => value - weight[unit]), bias[1] - bias[0]]);
}
