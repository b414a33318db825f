/** Whether a classifier's answers are spread over its classes as they were. */
import { RankMartingale } from '../../eval/statistics/index.ts';

export interface ClassReading {
  /** By class: its share before, and since the evidence began to grow. */
  shares: Readonly<Record<string, readonly [reference: number, current: number]>>;
}

const MOST_CLASSES = 20;
const OTHERS = 'other classes';

/** A bet on each class: the mean of martingales is one again. */
export class ClassTest {
  readonly #tests = new Map<string, RankMartingale>();
  readonly #reference: ReadonlyMap<string, number>;
  readonly #current = new Map<string, number>();
  readonly #total: number;
  /** Since the evidence began to grow. */
  readonly #recent = new Map<string, number>();
  #lowest = 1;

  constructor(labels: readonly string[]) {
    const counts = new Map<string, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    // By name, not by how many there are: the choice must not look at the values.
    const named = [...counts.keys()].toSorted().slice(0, MOST_CLASSES);
    const rest = labels.length - named.reduce((sum, name) => sum + counts.get(name)!, 0);
    this.#reference = new Map([...named.map((name) => [name, counts.get(name)!] as const), [OTHERS, rest]]);
    this.#total = labels.length;
    for (const [name, count] of this.#reference)
      this.#tests.set(name, new RankMartingale({ reference: [labels.length - count, count] }));
  }

  get eValue(): number {
    const wealth = [...this.#tests.values()].map((test) => test.wealth);
    return wealth.reduce((sum, one) => sum + one, 0) / wealth.length;
  }

  observe(label: string): void {
    const name = this.#tests.has(label) ? label : OTHERS;
    this.#current.set(name, (this.#current.get(name) ?? 0) + 1);
    for (const [other, test] of this.#tests) test.observe(other === name ? 1 : 0);
    if (this.eValue <= this.#lowest) {
      this.#lowest = this.eValue;
      this.#recent.clear();
    } else this.#recent.set(name, (this.#recent.get(name) ?? 0) + 1);
  }

  get reading(): ClassReading {
    const counts = this.#recent.size > 0 ? this.#recent : this.#current;
    const answers = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const shares = [...this.#reference].map(([name, count]) => {
      const current = (counts.get(name) ?? 0) / Math.max(1, answers);
      return [name, [count / this.#total, current]] as const;
    });
    return { shares: Object.fromEntries(shares) };
  }
}
