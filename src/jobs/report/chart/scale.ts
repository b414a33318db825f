import { formatNumber } from '../../../base/format.ts';

/** Maps values to positions along an axis, with round tick values. */
export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly domain: readonly [number, number];
  readonly ticks: readonly Tick[];
  /** Values outside the domain are clamped to the nearer end. */
  position(value: number): number;
}

export interface Tick {
  value: number;
  label: string;
}

export interface ScaleOptions {
  /** Positions of the two ends of the domain. */
  range: readonly [number, number];
  /** Approximate number of ticks. */
  ticks?: number;
  /** Extends the domain to round numbers, so that it starts and ends with a tick. */
  nice?: boolean;
}

/** A linear axis. A domain without a visible extent is widened. */
export function linearScale(domain: readonly [number, number], options: ScaleOptions): Scale {
  const [low, high] = widened(domain);
  const step = niceStep((high - low) / (options.ticks ?? 5));
  const ends: [number, number] =
    options.nice === true ? [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step] : [low, high];
  const first = Math.ceil(ends[0] / step - 1e-9);
  const last = Math.floor(ends[1] / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => tick((first + i) * step, step));
  return { kind: 'linear', domain: ends, ticks, position: mapping(ends, options.range, (value) => value) };
}

/** A logarithmic axis. Both ends must be positive. */
export function logScale(domain: readonly [number, number], options: ScaleOptions): Scale {
  const ends: [number, number] = domain[0] < domain[1] ? [domain[0], domain[1]] : [domain[0] / 2, domain[1] * 2];
  const ticks = logTicks(ends, options.ticks ?? 5);
  return { kind: 'log', domain: ends, ticks, position: mapping(ends, options.range, Math.log) };
}

/** The smallest of 1, 2 or 5 times a power of ten that is at least `rough`. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function widened([low, high]: readonly [number, number]): [number, number] {
  // In a narrower domain, ticks would have the same six digits.
  if (high - low > 5e-5 * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const margin = Math.abs(low) * 0.1 || 1;
  return [low - margin, high + margin];
}

function mapping(domain: readonly [number, number], range: readonly [number, number], bend: (value: number) => number) {
  const [low, high] = domain.map(bend);
  return (value: number) => {
    const clamped = Math.min(Math.max(value, domain[0]), domain[1]);
    return range[0] + ((bend(clamped) - low) / (high - low)) * (range[1] - range[0]);
  };
}

/** Multiples of a step have rounding errors (0.30000000000000004); the step determines the significant decimals. */
function tick(value: number, step: number): Tick {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const exact = Number(value.toFixed(Math.min(100, decimals)));
  return { value: exact, label: compact(exact) };
}

/** Powers of ten, with 2 and 5 in between if there is room; thinned out over many decades. */
function logTicks([low, high]: readonly [number, number], wanted: number): Tick[] {
  const decades = Math.log10(high / low);
  const factors = decades < 1.2 ? [1, 2, 3, 5] : decades < wanted / 2 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / wanted));
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (power % stride !== 0) continue;
    for (const factor of factors) {
      const value = Number(`${factor}e${power}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, label: compact(value) });
    }
  }
  return ticks;
}

/** Short number format for axes: "20k", "1.5M". */
function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 && size < 1e15) return `${formatNumber(value / 1e9)}G`;
  if (size >= 1e6 && size < 1e9) return `${formatNumber(value / 1e6)}M`;
  if (size >= 1e4 && size < 1e6) return `${formatNumber(value / 1e3)}k`;
  return formatNumber(value, 6);
}
