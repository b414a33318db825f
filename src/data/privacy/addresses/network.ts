// A small network over tokens: sums of table rows, three convolutions (W wide), and of each token three scores.
/** Weights of the tagger of addresses, and what they say of a run of tokens. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { PLACES, ROWS } from './features.ts';

/** Width of all layers. */
export const WIDTH = 24;
/** Taps and steps between them of the three convolutions. */
export const LAYERS = [
  { taps: 5, step: 1 },
  { taps: 3, step: 2 },
  { taps: 3, step: 4 },
] as const;
/** Tokens on each side that a token's scores depend on. */
export const REACH = 8;
/** Outside, first, and further token of an address. */
export const TAGS = 3;

export interface Weights {
  /** [ROWS, WIDTH], in whole numbers of `step`. */
  table: Int8Array;
  step: number;
  /** [PLACES, WIDTH] */
  places: Float32Array;
  /** Of each layer [taps, WIDTH in, WIDTH out], and biases. */
  layers: readonly { weight: Float64Array; bias: Float64Array }[];
  /** [WIDTH], and its bias last: whether it is worth asking the further layers, by the first alone. */
  gate: Float32Array;
  /** [WIDTH, TAGS] */
  head: Float32Array;
  headBias: Float32Array;
}

/** How many numbers each part but the table has, in the file's order. */
export const PARTS: readonly number[] = [
  1,
  PLACES * WIDTH,
  ...LAYERS.flatMap(({ taps }) => [taps * WIDTH * WIDTH, WIDTH]),
  WIDTH + 1,
  WIDTH * TAGS,
  TAGS,
];

let loaded: Weights | undefined;

/** Of assets/addresses, read when first asked for. */
export function weights(): Weights {
  loaded ??= weightsOf(
    brotliDecompressSync(
      readFileSync(fileURLToPath(new URL('../../../../assets/addresses/tagger.bin.br', import.meta.url))),
    ),
  );
  return loaded;
}

/** The table's bytes, then all others as f32. */
export function weightsOf(bytes: Uint8Array): Weights {
  const whole = Uint8Array.from(bytes).buffer;
  let at = ROWS * WIDTH;
  const parts = PARTS.map((length) => {
    const part = new Float32Array(whole, at, length);
    at += length * Float32Array.BYTES_PER_ELEMENT;
    return part;
  });
  const [[step], places] = parts;
  // Numbers of eight bytes need no conversion in the innermost loop.
  const layers = LAYERS.map((_, index) => ({
    weight: Float64Array.from(parts[2 + 2 * index]),
    bias: Float64Array.from(parts[3 + 2 * index]),
  }));
  const [gate, head, headBias] = parts.slice(-3);
  return { table: new Int8Array(whole, 0, ROWS * WIDTH), step, places, layers, gate, head, headBias };
}

const NO_BIAS = new Float64Array(WIDTH);
const ROWS_OF_TAPS = Array.from({ length: LAYERS[0].taps }, (_, tap) =>
  Int32Array.from({ length: WIDTH }, (__, unit) => (tap * WIDTH + unit) * WIDTH),
);

/** What a token's vector [WIDTH] adds to the first layer at each tap: [taps, WIDTH]; sums below zero too. */
export function projectionOf(vector: Float64Array, { layers: [{ weight }] }: Weights): Float32Array {
  const projection = new Float32Array(LAYERS[0].taps * WIDTH);
  const sums = new Float64Array(WIDTH);
  for (const [tap, rows] of ROWS_OF_TAPS.entries()) {
    const inputs: Active = { active: vector, rows, length: WIDTH, weight, bias: NO_BIAS };
    for (let out = 0; out < WIDTH; out += BLOCK) addBlock(sums, out, inputs, out);
    projection.set(sums, tap * WIDTH);
  }
  return projection;
}

/** Scores [tokens, TAGS] from the first layer's values [tokens, WIDTH]; what lies beyond their ends counts nothing. */
export function scoresOf(first: Float64Array, { layers, head, headBias }: Weights): Float64Array {
  let values = first;
  for (let index = 1; index < LAYERS.length; index++)
    values = convolved(values, { ...LAYERS[index], ...layers[index] });
  const count = values.length / WIDTH;
  const scores = new Float64Array(count * TAGS);
  for (let at = 0; at < count; at++) {
    for (let tag = 0; tag < TAGS; tag++) {
      let sum = headBias[tag];
      for (let unit = 0; unit < WIDTH; unit++) sum += values[at * WIDTH + unit] * head[unit * TAGS + tag];
      scores[at * TAGS + tag] = sum;
    }
  }
  return scores;
}

/** What the first layer alone [WIDTH] says of its token: the logarithm of the odds that an address is near. */
export function gateOf(first: Float64Array, { gate }: Weights): number {
  let sum = gate[WIDTH];
  for (let unit = 0; unit < WIDTH; unit++) sum += first[unit] * gate[unit];
  return sum;
}

interface Layer {
  taps: number;
  step: number;
  weight: Float64Array;
  bias: Float64Array;
}

const BLOCK = 8;

/** One convolution and the rectifier, as many tokens out as in. */
function convolved(values: Float64Array, { taps, step, weight, bias }: Layer): Float64Array {
  const count = values.length / WIDTH;
  const result = new Float64Array(count * WIDTH);
  const active = new Float64Array(taps * WIDTH);
  const rows = new Int32Array(taps * WIDTH);
  const side = ((taps - 1) / 2) * step;
  const inputs: Active = { active, rows, length: 0, weight, bias };
  for (let at = 0; at < count; at++) {
    let length = 0;
    for (let tap = 0; tap < taps; tap++) {
      const from = at + tap * step - side;
      if (from < 0 || from >= count) continue;
      for (let unit = 0; unit < WIDTH; unit++) {
        const value = values[from * WIDTH + unit];
        // Half of them are zero behind a rectifier.
        if (value === 0) continue;
        active[length] = value;
        rows[length++] = (tap * WIDTH + unit) * WIDTH;
      }
    }
    inputs.length = length;
    for (let out = 0; out < WIDTH; out += BLOCK) addBlock(result, at * WIDTH + out, inputs, out);
    for (let unit = at * WIDTH; unit < (at + 1) * WIDTH; unit++) if (result[unit] < 0) result[unit] = 0;
  }
  return result;
}

interface Active {
  active: Float64Array;
  rows: Int32Array;
  length: number;
  weight: Float64Array;
  bias: Float64Array;
}

/** Eight sums at once, held in registers. */
function addBlock(result: Float64Array, to: number, { active, rows, length, weight, bias }: Active, out: number): void {
  let [a, b, c, d] = [bias[out], bias[out + 1], bias[out + 2], bias[out + 3]];
  let [e, f, g, h] = [bias[out + 4], bias[out + 5], bias[out + 6], bias[out + 7]];
  for (let index = 0; index < length; index++) {
    const value = active[index];
    const at = rows[index] + out;
    a += value * weight[at];
    b += value * weight[at + 1];
    c += value * weight[at + 2];
    d += value * weight[at + 3];
    e += value * weight[at + 4];
    f += value * weight[at + 5];
    g += value * weight[at + 6];
    h += value * weight[at + 7];
  }
  result[to] = a;
  result[to + 1] = b;
  result[to + 2] = c;
  result[to + 3] = d;
  result[to + 4] = e;
  result[to + 5] = f;
  result[to + 6] = g;
  result[to + 7] = h;
}
