/** Compares the words of current requests with those of the reference, after 50, 100, 200, … answers of a period. */
import { decoded, encoded, type TopicState } from './monitor-state.ts';
import { domainDrift, type DomainDrift } from './word-drift.ts';

/** Number of requests at which the first comparison runs; then at every doubling. */
const FIRST = 50;
const MOST_WORDS = 500;

export class TopicTest {
  #eValue = 0;
  #doublings = 0;
  #last: DomainDrift | undefined;
  #words: Uint8Array[] = [];
  /** Snapshots of words at each doubling, waiting for comparison. */
  #due: Uint8Array[][] = [];

  get eValue(): number {
    return this.#eValue;
  }

  get reading(): DomainDrift | undefined {
    return this.#last;
  }

  /** Whether a comparison is due. */
  get isDue(): boolean {
    return this.#due.length > 0;
  }

  /** @param answers number of answers in the period */
  observe(words: Uint8Array, answers: number): void {
    this.#words.push(words);
    if (this.#words.length > MOST_WORDS) this.#words.shift();
    // Decided here, so that the same words are compared whenever and in whichever process `compare` is called.
    const doublings = this.#doublings + this.#due.length;
    if (answers >= FIRST * 2 ** doublings && this.#words.length >= FIRST) this.#due.push([...this.#words]);
  }

  /** Runs pending comparisons. Each has half the weight of the previous one, so together they form one e-value. */
  async compare(before: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    if (before.length < FIRST) this.#due = [];
    // If aborted, the next process continues the comparison.
    while (this.#due.length > 0) {
      const found = await domainDrift(before, this.#due[0], { signal });
      this.#due.shift();
      this.#doublings++;
      this.#eValue += found.eValue / 2 ** this.#doublings;
      this.#last = found;
    }
  }

  get state(): TopicState {
    return {
      topic: { eValue: this.#eValue, doublings: this.#doublings, last: this.#last },
      words: this.#words.map(encoded),
      dueWords: this.#due.map((words) => words.map(encoded)),
    };
  }

  static resume({ topic, words, dueWords }: TopicState): TopicTest {
    const test = new TopicTest();
    [test.#eValue, test.#doublings, test.#last] = [topic.eValue, topic.doublings, topic.last];
    test.#words = words.map(decoded);
    test.#due = dueWords.map((one) => one.map(decoded));
    return test;
  }
}
