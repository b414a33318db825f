/** Tests whether the distribution over a classifier's classes has changed. */
import { RankMartingale, type MartingaleState } from '../../scoring/statistics/index.ts';
import { changePoint, MOST_RECENT } from './change-point.ts';
import type { Place } from './signal-test.ts';

export interface ClassReading {
  /** By class: its share in the reference, and since the change began. */
  shares: Readonly<Record<string, readonly [reference: number, current: number]>>;
  /** When the change most likely began. */
  since: number | undefined;
  /** Examples of the class that has grown most. */
  samples: readonly string[];
}

/** Serialised state, to continue a test of the same classes. */
export interface ClassTestState {
  reference: [name: string, count: number][];
  current: [name: string, count: number][];
  martingales: MartingaleState[];
  lowest: number;
  recent: (Place & { name: string })[];
}

const MOST_CLASSES = 20;
const OTHERS = 'other classes';
const MOST_SAMPLES = 10;

/** A bet on each class: the mean of martingales is a martingale. */
export class ClassTest {
  readonly #tests = new Map<string, RankMartingale>();
  readonly #reference: ReadonlyMap<string, number>;
  readonly #current = new Map<string, number>();
  readonly #total: number;
  /** Places since the evidence was at its minimum. */
  #recent: (Place & { name: string })[] = [];
  #lowest = 1;

  private constructor(reference: readonly (readonly [name: string, count: number])[]) {
    this.#reference = new Map(reference);
    this.#total = reference.reduce((sum, [, count]) => sum + count, 0);
    for (const [name, count] of this.#reference)
      this.#tests.set(name, new RankMartingale({ reference: [this.#total - count, count] }));
  }

  static of(labels: readonly string[]): ClassTest {
    const counts = new Map<string, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    // Sorted by name, not by count: the selection must not depend on the values.
    const named = [...counts.keys()].toSorted().slice(0, MOST_CLASSES);
    const rest = labels.length - named.reduce((sum, name) => sum + counts.get(name)!, 0);
    return new ClassTest([...named.map((name) => [name, counts.get(name)!] as const), [OTHERS, rest]]);
  }

  get state(): ClassTestState {
    return {
      reference: [...this.#reference],
      current: [...this.#current],
      martingales: [...this.#tests.values()].map((test) => test.state),
      lowest: this.#lowest,
      recent: this.#recent,
    };
  }

  static resume({ reference, current, martingales, lowest, recent }: ClassTestState): ClassTest {
    const made = new ClassTest(reference);
    for (const [name, count] of current) made.#current.set(name, count);
    for (const [place, test] of [...made.#tests.values()].entries()) test.resume(martingales[place]);
    made.#lowest = lowest;
    made.#recent = [...recent];
    return made;
  }

  get eValue(): number {
    const wealth = [...this.#tests.values()].map((test) => test.wealth);
    return wealth.reduce((sum, one) => sum + one, 0) / wealth.length;
  }

  observe(label: string, { id, at }: Place): void {
    const name = this.#tests.has(label) ? label : OTHERS;
    this.#current.set(name, (this.#current.get(name) ?? 0) + 1);
    for (const [other, test] of this.#tests) test.observe(other === name ? 1 : 0);
    if (this.eValue <= this.#lowest) {
      this.#lowest = this.eValue;
      this.#recent = [];
    }
    this.#recent.push({ name, id, at });
    if (this.#recent.length >= 2 * MOST_RECENT) this.#recent = this.#recent.slice(-MOST_RECENT);
  }

  get reading(): ClassReading {
    const recent = this.#changed;
    const counts = recent.length > 0 ? countNames(recent) : this.#current;
    const answers = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const shares = [...this.#reference].map(([name, count]) => {
      const current = (counts.get(name) ?? 0) / Math.max(1, answers);
      return [name, [count / this.#total, current]] as const;
    });
    const [[grown]] = shares.toSorted(([, [a, b]], [, [c, d]]) => d - c - (b - a));
    const samples = recent.filter(({ name }) => name === grown).map(({ id }) => id);
    return { shares: Object.fromEntries(shares), since: recent.at(0)?.at, samples: samples.slice(-MOST_SAMPLES) };
  }

  get #changed(): readonly (Place & { name: string })[] {
    const names = [...this.#reference.keys()];
    const values = this.#recent.map(({ name }) => names.indexOf(name));
    return this.#recent.slice(changePoint(values, [...this.#reference.values()]));
  }
}

function countNames(answers: readonly { name: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of answers) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
