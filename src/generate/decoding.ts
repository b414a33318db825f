// R rows, V vocabulary
import { fromArray, noGrad, scope, type Tensor } from '../tensor/index.ts';
import { layoutOfRows } from '../nn/index.ts';
import type { Model } from '../models/model.ts';
import type { Memory } from '../models/memory.ts';
import { KeyValueCache } from './key-value-cache.ts';

/** A set of rows being continued: what was read so far is cached. Decoders and encoder-decoders alike. */
export class Decoding implements Disposable {
  readonly #model: Model;
  readonly #cache: KeyValueCache;
  readonly #memory: Memory | undefined;
  /** Which of the memory's rows each row that goes on belongs to. */
  #rows: readonly number[];

  constructor(model: Model, rows: number, memory?: Memory) {
    this.#model = model;
    this.#cache = new KeyValueCache(rows);
    this.#memory = memory;
    this.#rows = Array.from({ length: rows }, (_, row) => row);
  }

  /** Reads new tokens of each row and gives the logits of what follows them: f32 [R, V], row by row. */
  read(tokens: readonly (readonly number[] | Int32Array)[]): Float32Array[] {
    const lengths = tokens.map((row) => row.length);
    const layout = { ...layoutOfRows(lengths, { causal: true, starts: this.#cache.lengths }), rowOf: this.#rows };
    const ids = BigInt64Array.from(tokens.flatMap((row) => Array.from(row, BigInt)));
    this.#cache.begin(lengths);
    const logits = noGrad(() => scope(() => this.#logits({ ids, layout })));
    this.#cache.end();
    return logits;
  }

  #logits(input: { ids: BigInt64Array; layout: ReturnType<typeof layoutOfRows> }): Float32Array[] {
    const hidden = this.#model.hidden(input, { cache: this.#cache, memory: this.#memory });
    const last = BigInt64Array.from(input.layout.rowOf, (_, row) => BigInt(input.layout.offsets[row + 1] - 1));
    const places = fromArray(last).toDevice(this.#model.device);
    const logits: Tensor = this.#model.tokenHead.logits(hidden.indexSelect(0, places)).to('f32');
    const [rows, width] = logits.shape;
    const all = (logits.data() as Float32Array).slice();
    return Array.from({ length: rows }, (_, row) => all.subarray(row * width, (row + 1) * width));
  }

  /** Goes on with some of the rows only. */
  select(rows: readonly number[]): void {
    this.#cache.select(rows);
    this.#rows = rows.map((row) => this.#rows[row]);
  }

  /** Tokens read so far, per row. */
  get lengths(): readonly number[] {
    return this.#cache.lengths;
  }

  [Symbol.dispose](): void {
    this.#cache[Symbol.dispose]();
  }
}
