/** Value and gradient of a smooth function; writes the gradient into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** Stop when no gradient entry exceeds this. Default 1e-5. */
  tolerance?: number;
  /** Stop when five iterations lower the value by less than this share of it. Default 0: never. */
  improvement?: number;
  /** Maximum number of iterations. Default 200. */
  maxIterations?: number;
  /** Number of step and gradient-change pairs to keep. Default 8. */
  memory?: number;
  signal?: AbortSignal;
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step · change). */
  scale: number;
}

const PATIENCE = 5;

/**
 * Minimises a smooth convex function by limited-memory BFGS with a backtracking line search. `point` is the starting
 * point and is overwritten with the minimum. Deterministic. @returns the value at the minimum
 */
export function minimise(objective: Objective, point: Float64Array, options: MinimiseOptions = {}): number {
  const { tolerance = 1e-5, improvement = 0, maxIterations = 200, memory = 8 } = options;
  const pairs: Pair[] = [];
  const values: number[] = [];
  let gradient: Float64Array = new Float64Array(point.length);
  let value = objective(point, gradient);
  for (let iteration = 0; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    options.signal?.throwIfAborted();
    const direction = descent(gradient, pairs);
    const found = search(objective, { point, value, gradient, direction });
    if (found === undefined) break;
    remember(pairs, pairOf(point, found.point, gradient, found.gradient), memory);
    point.set(found.point);
    [value, gradient] = [found.value, found.gradient];
    values.push(value);
    const before = values.at(-1 - PATIENCE) ?? Infinity;
    if (before - value < improvement * Math.abs(value)) break;
  }
  return value;
}

/** Two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const shares = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    shares[i] = pairs[i].scale * dot(pairs[i].step, direction);
    addScaled(direction, -shares[i], pairs[i].change);
  }
  const last = pairs.at(-1);
  // Without curvature information, normalise the first step to length 1 whatever the gradient's length.
  const size =
    last === undefined ? 1 / Math.sqrt(dot(gradient, gradient)) : 1 / (last.scale * dot(last.change, last.change));
  for (let i = 0; i < direction.length; i++) direction[i] *= size;
  for (const [i, { step, change, scale }] of pairs.entries()) {
    addScaled(direction, shares[i] - scale * dot(change, direction), step);
  }
  return direction;
}

interface Place {
  point: Float64Array;
  value: number;
  gradient: Float64Array;
}

/** Halves the step until the value falls enough (Armijo); undefined if rounding prevents any progress. */
function search(objective: Objective, from: Place & { direction: Float64Array }): Place | undefined {
  const slope = dot(from.gradient, from.direction);
  const point = new Float64Array(from.point.length);
  const gradient = new Float64Array(from.point.length);
  for (let length = 1; length > 1e-12; length /= 2) {
    for (let i = 0; i < point.length; i++) point[i] = from.point[i] + length * from.direction[i];
    const value = objective(point, gradient);
    if (value <= from.value + 1e-4 * length * slope) return { point, value, gradient };
  }
  return undefined;
}

function pairOf(
  oldPoint: Float64Array,
  newPoint: Float64Array,
  oldGradient: Float64Array,
  newGradient: Float64Array,
): Pair {
  const step = newPoint.map((entry, i) => entry - oldPoint[i]);
  const change = newGradient.map((entry, i) => entry - oldGradient[i]);
  return { step, change, scale: 1 / dot(step, change) };
}

/** Skips pairs without positive curvature, so that the approximation stays positive definite. */
function remember(pairs: Pair[], pair: Pair, memory: number): void {
  if (!(pair.scale > 0 && Number.isFinite(pair.scale))) return;
  pairs.push(pair);
  if (pairs.length > memory) pairs.shift();
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, scale: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * source[i];
}

function largest(values: Float64Array): number {
  let found = 0;
  for (const value of values) found = Math.max(found, Math.abs(value));
  return found;
}
