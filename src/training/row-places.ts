// N tokens of a batch, R rows, n tokens of the longest row, D features
import { greatest } from '../base/many.ts';
import { rowOfTokens, type Layout } from '../engine/nn/index.ts';
import { cat, fromArray, zeros, type Tensor } from '../engine/tensor/index.ts';

/** Tokens grouped by row. */
interface Places {
  tokens: number;
  /** n */
  longest: number;
  /** int64 [R · n]: padded after a row's last token with an index past all tokens. */
  places: Tensor;
}

/** Groups a batch's tokens, and other values that belong to its rows, by row. */
export class RowPlaces {
  readonly rows: number;
  readonly #ownRows: ArrayLike<number>;
  readonly #device: string;
  readonly #known = new Map<ArrayLike<number>, Places>();

  constructor(layout: Layout, device: string) {
    this.#ownRows = rowOfTokens(layout);
    this.rows = greatest(layout.rowOf, -1) + 1;
    this.#device = device;
  }

  /** Row of each token; the batch's tokens by default. */
  rowsOf(rowOf: ArrayLike<number> = this.#ownRows): ArrayLike<number> {
    return rowOf;
  }

  /** Values of tokens [N, D] or of rows [R, D] or [R, T, D] → f32 [R, n, D]; undefined for other shapes. */
  of(values: Tensor, rowOf?: ArrayLike<number>): Tensor | undefined {
    const [count, ...rest] = values.shape;
    if (rest.length === 2 && count === this.rows) return values.to('f32');
    if (rest.length !== 1) return undefined;
    const { tokens, longest, places } = this.#placesOf(rowOf);
    if (count !== tokens) return count === this.rows ? values.to('f32').unsqueeze(1) : undefined;
    const padded = cat([values.to('f32'), zeros([1, ...rest], { device: values.device })]);
    return padded.indexSelect(0, places).reshape(this.rows, longest, ...rest);
  }

  /** Ids int64 [N] → [R, n], padded with -1. */
  ofIds(ids: Tensor, rowOf?: ArrayLike<number>): Tensor | undefined {
    const { tokens, longest, places } = this.#placesOf(rowOf);
    if (ids.shape.length !== 1 || ids.shape[0] !== tokens) return undefined;
    const behind = fromArray(BigInt64Array.of(-1n)).toDevice(ids.device);
    return cat([ids, behind]).indexSelect(0, places).reshape(this.rows, longest);
  }

  /** Expands a number per row to tokens, or keeps it per row: f32 [N] or [R] */
  factors(ofRows: readonly number[]): (rowOf: ArrayLike<number> | undefined, count: number) => Tensor {
    const make = (values: readonly number[]) => fromArray(Float32Array.from(values)).toDevice(this.#device);
    const byRow = make(ofRows);
    const byToken = new Map<ArrayLike<number>, Tensor>();
    return (rowOf = this.#ownRows, count) => {
      if (count !== rowOf.length) return byRow;
      const known = byToken.get(rowOf) ?? make(Array.from(rowOf, (row) => ofRows[row]));
      byToken.set(rowOf, known);
      return known;
    };
  }

  #placesOf(rowOf: ArrayLike<number> = this.#ownRows): Places {
    const known = this.#known.get(rowOf);
    if (known !== undefined) return known;
    const lengths = Array.from({ length: this.rows }, () => 0);
    for (let token = 0; token < rowOf.length; token++) lengths[rowOf[token]]++;
    const longest = greatest(lengths);
    const places = new BigInt64Array(this.rows * longest).fill(BigInt(rowOf.length));
    const filled = Array.from({ length: this.rows }, () => 0);
    for (let token = 0; token < rowOf.length; token++) {
      const row = rowOf[token];
      places[row * longest + filled[row]++] = BigInt(token);
    }
    const made = { tokens: rowOf.length, longest, places: fromArray(places).toDevice(this.#device) };
    this.#known.set(rowOf, made);
    return made;
  }
}
