/** Trained weights of a site or a round, by their names in the file. */
import { AttuneError, type Problem } from '../base/errors.ts';
import { sha256 } from '../files/hash.ts';
import { writeNpy, type Matrix } from './flower/npy.ts';

export type Weights = ReadonlyMap<string, Matrix>;

/** Entries sorted by name, the order that both sides of a message use. */
export function inOrder(weights: Weights): [name: string, matrix: Matrix][] {
  return [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** SHA-256 over names, shapes and values. */
export function hashWeights(weights: Weights): string {
  return sha256(
    inOrder(weights)
      .map(([name, matrix]) => `${name} ${sha256(writeNpy(matrix))}`)
      .join('\n'),
  );
}

/** Names and shapes that differ from the expected weights, and values that are not finite. */
export function faultsOf(weights: Weights, expected: Weights): Problem[] {
  const missing = [...expected.keys()].filter((name) => !weights.has(name));
  const known = [...weights].flatMap(([name, { shape, values }]): Problem[] => {
    const wanted = expected.get(name);
    if (wanted === undefined) return [{ field: name, message: 'is not part of the shared weights' }];
    if (String(shape) !== String(wanted.shape))
      return [{ field: name, message: `has shape [${shape.join(', ')}] instead of [${wanted.shape.join(', ')}]` }];
    const place = values.findIndex((value) => !Number.isFinite(value));
    return place < 0 ? [] : [{ field: name, message: `has the value ${values[place]} at index ${place}` }];
  });
  return [...missing.map((name) => ({ field: name, message: 'is missing' })), ...known];
}

/** @throws AttuneError E_FEDERATED_WEIGHTS naming every tensor that does not fit */
export function requireFitting(weights: Weights, expected: Weights, sender: string): void {
  const problems = faultsOf(weights, expected);
  if (problems.length === 0) return;
  throw new AttuneError('E_FEDERATED_WEIGHTS', {
    what: `The weights of ${sender} cannot be used`,
    expected: 'finite values in the names and shapes of the round',
    problems: problems.slice(0, 20),
    problemCount: problems.length,
  });
}

/** Total number of values. */
export function sizeOf(weights: Weights): number {
  return [...weights.values()].reduce((sum, { values }) => sum + values.length, 0);
}

/** Euclidean norm over all tensors together. */
export function normOf(weights: Weights): number {
  let sum = 0;
  for (const { values } of weights.values()) for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Combines tensors of the same names element by element, in f64, rounding once. */
export function combine(
  all: readonly Weights[],
  each: (values: readonly Float32Array[], place: number) => number,
): Weights {
  const [first] = all;
  return new Map(
    [...first].map(([name, { shape, values }]) => {
      const parts = all.map((weights) => weights.get(name)!.values);
      return [name, { shape, values: Float32Array.from(values, (_, place) => each(parts, place)) }];
    }),
  );
}
