/** Removes personal data from texts before they are written, in a thread. */
import { DetectorPool } from '../../data/redaction/detector-pool.ts';
import { Redactor } from '@attune/privacy';

export class TextRedactor implements AsyncDisposable {
  readonly #key: Uint8Array;
  #redactor: Redactor | undefined;
  #pool: DetectorPool | undefined;

  /** The same key gives the same surrogates, so that a correction refers to the same people as its prompt. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  async redact<Value extends object>(values: readonly Value[]): Promise<Value[]> {
    if (values.length === 0) return [];
    const redactor = (this.#redactor ??= new Redactor({ style: 'surrogates', key: this.#key }));
    this.#pool ??= new DetectorPool(1, redactor.threadData);
    const rows = values.map((value) => redactor.open(value as Record<string, unknown>));
    const found = await this.#pool.find(rows.map(({ labelled }) => labelled));
    return rows.map((row, place) => redactor.close(row, found[place]) as Value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
