import { greatest, smallest } from '../../base/many.ts';
import type { StampedEvent } from '../../base/events.ts';

/** A curve over steps, thinned for display. */
export interface Curve {
  /** Total number of points; `points` may have fewer. */
  count: number;
  /** Ordered by step; each point stands for a span of steps if there are many. */
  points: readonly CurvePoint[];
}

export interface CurvePoint {
  step: number;
  /** Mean over the span. */
  value: number;
  low: number;
  high: number;
}

export type Curves = Record<string, Curve>;

const MAX_POINTS = 240;

interface Column {
  steps: number[];
  values: number[];
}

/** Collects every logged number by step; the steps that a resumed run repeats replace the earlier ones. */
export class CurveCollector {
  readonly #columns = new Map<string, Column>();

  record(event: StampedEvent): void {
    if (event.type === 'run-resumed') this.#forgetAfter(event.step);
    if (event.type === 'step-finished') {
      const { step, loss, grad_norm, learning_rate, tokensPerSecond, memoryBytes, metrics } = event;
      const values = { loss, grad_norm, learning_rate, ...metrics };
      this.#addAll('train', step, { ...values, tokens_per_second: tokensPerSecond, memory_bytes: memoryBytes });
    }
    if (event.type === 'evaluation-finished') this.#addAll(event.split, event.step, event.metrics);
  }

  /** Curves by name: "train/loss", "validation/loss", …; non-finite values are dropped. */
  curves(): Curves {
    const entries = [...this.#columns].map(([name, { steps, values }]) => [name, thin(steps, values)] as const);
    return Object.fromEntries(entries.filter(([, curve]) => curve.count > 0));
  }

  #addAll(group: string, step: number, values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) {
      if (!Number.isFinite(value)) continue;
      const key = `${group}/${name}`;
      const column = this.#columns.get(key) ?? { steps: [], values: [] };
      this.#columns.set(key, column);
      // A run without a checkpoint starts again without announcing it.
      forgetAfter(column, step - 1);
      column.steps.push(step);
      column.values.push(value);
    }
  }

  #forgetAfter(step: number): void {
    for (const column of this.#columns.values()) forgetAfter(column, step);
  }
}

function forgetAfter({ steps, values }: Column, step: number): void {
  while (steps.length > 0 && steps[steps.length - 1] > step) {
    steps.pop();
    values.pop();
  }
}

/** Mean, minimum and maximum over groups of equal size. The last step of a group is its position. */
function thin(steps: readonly number[], values: readonly number[]): Curve {
  const perPoint = Math.ceil(steps.length / MAX_POINTS);
  const points: CurvePoint[] = [];
  for (let start = 0; start < steps.length; start += perPoint) {
    const group = values.slice(start, start + perPoint);
    const value = group.reduce((sum, next) => sum + next, 0) / group.length;
    const step = steps[Math.min(start + perPoint, steps.length) - 1];
    points.push({ step, value, low: smallest(group), high: greatest(group) });
  }
  return { count: steps.length, points };
}
