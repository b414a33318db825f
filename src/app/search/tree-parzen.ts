/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011): draws candidates from a density of the good points, and
 * suggests the one that is most likely under it relative to the density of the others. Pure: draws are keyed.
 */
import { randomUnits, type RandomKey } from '../../base/random.ts';

/** An axis of the space: the unit interval, or some unordered choices. */
export type Axis = { kind: 'line' } | { kind: 'choice'; count: number };

/** A coordinate per axis: 0 to 1, or the number of the choice. */
export type Point = readonly number[];

const CANDIDATES = 24;
/** Share of the points that count as good, and their maximum. */
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;
/** Narrowest kernel, so that equal points do not end the search. */
const NARROWEST = 0.02;
/** Weight of the uniform density, in points. */
const PRIOR = 1;

/** Candidates for the next point, the most promising first. `ranked`: earlier points, best first. */
export function suggestPoints(axes: readonly Axis[], ranked: readonly Point[], key: RandomKey): Point[] {
  const good = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * ranked.length));
  const [near, far] = [densityOf(axes, ranked.slice(0, good)), densityOf(axes, ranked.slice(good))];
  const units = randomUnits(key);
  const perCandidate = 2 * axes.length + 1;
  const candidates = Array.from({ length: CANDIDATES }, (_, i) => near.draw((j) => units(i * perCandidate + j)));
  const gain = (point: Point) => near.logDensity(point) - far.logDensity(point);
  return candidates
    .map((point) => ({ point, gain: gain(point) }))
    .toSorted((a, b) => b.gain - a.gain)
    .map(({ point }) => point);
}

/** A uniformly random point. */
export function randomPoint(axes: readonly Axis[], key: RandomKey): Point {
  const units = randomUnits(key);
  return axes.map((axis, i) => uniform(axis, units(i)));
}

function uniform(axis: Axis, unit: number): number {
  return axis.kind === 'line' ? unit : Math.floor(unit * axis.count);
}

interface Density {
  /** Draws a point from uniform numbers: number 0 chooses the kernel, and each axis uses two more. */
  draw(unit: (index: number) => number): Point;
  logDensity(point: Point): number;
}

/** A mixture of one product kernel per point and the uniform density; a line's kernel is a normal reflected at 0 and 1. */
function densityOf(axes: readonly Axis[], points: readonly Point[]): Density {
  const lines = axes.filter(({ kind }) => kind === 'line').length;
  // Scott's rule for the spread of a uniform density.
  const width = Math.max(NARROWEST, Math.sqrt(1 / 12) * Math.max(1, points.length) ** (-1 / (4 + lines)));
  const total = points.length + PRIOR;
  return {
    draw(unit) {
      const chosen = Math.floor(unit(0) * total);
      return axes.map((axis, i) => {
        const kernel = points.at(chosen < points.length ? chosen : points.length);
        const [first, second] = [unit(2 * i + 1), unit(2 * i + 2)];
        if (kernel === undefined) return uniform(axis, first);
        return axis.kind === 'line' ? drawNear(kernel[i], width, [first, second]) : drawChoice(axis, kernel[i], first);
      });
    },
    logDensity(point) {
      const prior = axes.reduce((product, axis) => product / (axis.kind === 'line' ? 1 : axis.count), PRIOR);
      const kernels = points.map((kernel) =>
        axes.reduce((product, axis, i) => product * kernelDensity(axis, { at: point[i], kernel: kernel[i], width }), 1),
      );
      return Math.log((prior + kernels.reduce((sum, value) => sum + value, 0)) / total);
    },
  };
}

/** Share of a choice's kernel that is spread over all choices. */
const SPREAD = 0.3;

function kernelDensity(axis: Axis, { at, kernel, width }: { at: number; kernel: number; width: number }): number {
  if (axis.kind === 'choice') return SPREAD / axis.count + (at === kernel ? 1 - SPREAD : 0);
  return (
    normal((at - kernel) / width, width) +
    normal((at + kernel) / width, width) +
    normal((2 - at - kernel) / width, width)
  );
}

function normal(z: number, width: number): number {
  return Math.exp(-0.5 * z * z) / (Math.sqrt(2 * Math.PI) * width);
}

/** Normal by Box and Muller, reflected at the ends of the line. */
function drawNear(kernel: number, width: number, [first, second]: readonly [number, number]): number {
  const z = Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
  const drawn = Math.abs(kernel + width * z) % 2;
  return drawn > 1 ? 2 - drawn : drawn;
}

function drawChoice({ count }: Extract<Axis, { kind: 'choice' }>, kernel: number, unit: number): number {
  return unit < SPREAD ? Math.min(count - 1, Math.floor((unit / SPREAD) * count)) : kernel;
}
