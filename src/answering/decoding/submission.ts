import type { Prefix } from './block-pool.ts';
import type { SettledRequest } from './generation-request.ts';
import type { Completion, Sequence, TextEvent } from './sequence.ts';

/** A request in the batcher; collects its samples' answers. */
export class Submission {
  readonly request: SettledRequest;
  /** Root under which its prompt is cached; undefined if it is not shared, not even among its samples. */
  readonly root: Prefix | undefined;
  readonly onText: ((event: TextEvent) => void) | undefined;
  readonly #completions: Completion[] = [];
  readonly #answer = Promise.withResolvers<Completion[]>();
  #missing: number;
  #isOver = false;

  constructor(request: SettledRequest, root: Prefix | undefined, onText?: (event: TextEvent) => void) {
    this.request = request;
    this.root = root;
    this.onText = onText;
    this.#missing = request.n;
  }

  get answer(): Promise<Completion[]> {
    return this.#answer.promise;
  }

  /** Whether it was answered or cancelled. */
  get isOver(): boolean {
    return this.#isOver;
  }

  finish(sequence: Sequence): void {
    this.#completions[sequence.sample] = sequence.completion();
    if (--this.#missing > 0) return;
    this.#isOver = true;
    this.#answer.resolve(this.#completions);
  }

  giveUp(reason: unknown): void {
    this.#isOver = true;
    this.#answer.reject(reason);
  }
}
