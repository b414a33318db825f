import { Unreadable } from '../../outcome.ts';
import type { ReadContext } from '../../reader.ts';

/** Limits the unpacked size and number of an archive's entries. */
export class UnpackBudget {
  readonly #packed: number;
  readonly #context: ReadContext;
  #unpacked = 0;

  constructor(packed: number, context: ReadContext) {
    this.#packed = packed;
    this.#context = context;
  }

  /** @throws Unreadable bomb */
  take(bytes: number): void {
    this.#unpacked += bytes;
    this.#context.alive();
    const { limits, total } = this.#context;
    total.unpacked += bytes;
    const { unpackedBytes, ratio, freeBytes } = limits;
    if (total.unpacked > unpackedBytes) {
      throw new Unreadable('bomb', `unpacks to more than ${Math.round(unpackedBytes / 2 ** 20)} MiB`);
    }
    if (this.#unpacked > freeBytes && this.#unpacked > ratio * this.#packed) {
      throw new Unreadable('bomb', `unpacks to more than ${ratio} times its size`);
    }
  }

  /** @throws Unreadable bomb */
  takeEntry(): void {
    const { limits, total } = this.#context;
    if (++total.entries > limits.entries) throw new Unreadable('bomb', `has more than ${limits.entries} entries`);
  }
}
