/** Small models whose weights are computed from their names, as in fixtures/definitions and fixtures/today. */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeJson } from '../../src/files/json.ts';
import { fromArray, scope, writeSafetensors, type Tensor } from '../../src/engine/tensor/index.ts';

/** How a rule turns a name into values: their mean, spread and shape. */
type Rule = readonly [offset: number, spread: number, ...shape: number[]];

export type Stored = { shape: number[] } & (
  | { i64: number[] }
  | { f32: number[] }
  | { made: [name: string, offset: number, spread: number] }
);

export interface Definition {
  config: Record<string, unknown>;
  /** Tensors computed by a rule, or as they are where they follow from the configuration. */
  weights: Record<string, Rule | Stored>;
  /** Integers that checkpoints contain in addition to their weights. */
  counts?: Record<string, number>;
  /** Tensors of Hub checkpoints that today's models compute, take from elsewhere or have twice. */
  superfluous?: string[];
  /** Inputs, and the outputs of the published definition for them. */
  tensors: Record<string, Stored>;
}

/** The values of a rule: each is a hash of the name and its index. */
function made(name: string, [offset, spread, ...shape]: Rule): Tensor {
  const seed = crc32(name);
  const values = Float32Array.from({ length: shape.reduce((all, side) => all * side, 1) }, (_, i) => {
    let x = Math.imul(i, 2654435761) + seed;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    return ((x >>> 8) / 2 ** 24 - 0.5) * spread + offset;
  });
  return fromArray(values, shape);
}

function tensorOf(stored: Stored): Tensor {
  if ('made' in stored) return made(stored.made[0], [stored.made[1], stored.made[2], ...stored.shape]);
  return 'i64' in stored
    ? fromArray(BigInt64Array.from(stored.i64, BigInt), stored.shape)
    : fromArray(Float32Array.from(stored.f32), stored.shape);
}

function mapped<From>(entries: Record<string, From>, make: (value: From, name: string) => Tensor): [string, Tensor][] {
  return Object.entries(entries).map(([name, value]) => [name, make(value, name)]);
}

/** Writes the definition as a Hugging Face folder with the expected outputs. */
export function writeDefinition(folder: string, { config, weights, counts = {}, tensors }: Definition): void {
  writeJson(join(folder, 'config.json'), config);
  scope(() => {
    const whole = mapped(counts, (count) => fromArray(BigInt64Array.of(BigInt(count)), []));
    const parts = mapped(weights, (rule, path) => ('shape' in rule ? tensorOf(rule) : made(path, rule)));
    writeSafetensors(join(folder, 'model.safetensors'), new Map([...parts, ...whole]));
    writeSafetensors(join(folder, 'expected.safetensors'), new Map(mapped(tensors, tensorOf)));
  });
}
