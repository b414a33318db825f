/** Table of the state that follows each state by a byte: computing masks takes millions of lookups. */

const UNKNOWN = -2;

export class Transitions {
  /** Bytes that nothing distinguishes share a class. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** Next state by state and byte class; -2 if not computed yet. Replaced by another array after `add`. */
  table: Int32Array;
  #states = 0;

  constructor({ classOf, classes }: { classOf: Uint8Array; classes: number }) {
    this.classOf = classOf;
    this.classes = classes;
    this.table = new Int32Array(64 * classes).fill(UNKNOWN);
  }

  /** Makes room for one more state. */
  add(): void {
    this.#states++;
    if (this.#states * this.classes <= this.table.length) return;
    const grown = new Int32Array(2 * this.table.length).fill(UNKNOWN, this.table.length);
    grown.set(this.table);
    this.table = grown;
  }

  get(state: number, byte: number): number | undefined {
    const next = this.table[state * this.classes + this.classOf[byte]];
    return next === UNKNOWN ? undefined : next;
  }

  set(state: number, byte: number, next: number): void {
    this.table[state * this.classes + this.classOf[byte]] = next;
  }
}
