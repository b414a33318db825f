/** Pairs of adjacent symbols with their counts and possible places; the rows of the queue. */
export class PairTable {
  readonly left: number[] = [];
  readonly right: number[] = [];
  readonly count: number[] = [];
  /** Places that held the pair at some time; stale ones are skipped when merging. */
  readonly places: number[][] = [];
  readonly #rows = new Map<number, number>();

  /** The row of (left, right), created on first use. */
  row(left: number, right: number): number {
    const key = left * 0x200000 + right;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.count.length;
    this.#rows.set(key, row);
    this.left.push(left);
    this.right.push(right);
    this.count.push(0);
    this.places.push([]);
    return row;
  }
}

/** A binary heap that tracks each row's position, so that a changed count moves the row instead of adding another. */
export class PairHeap {
  readonly #table: PairTable;
  readonly #heap: number[] = [];
  readonly #placeOf: number[] = [];
  // Counts by which the heap is ordered. Many counts change at once, but rows move one at a time.
  readonly #orderedBy: number[] = [];

  constructor(table: PairTable) {
    this.#table = table;
  }

  /** Inserts a row, or moves it to match its count. */
  update(row: number): void {
    while (this.#placeOf.length <= row) {
      this.#placeOf.push(-1);
      this.#orderedBy.push(0);
    }
    if (this.#placeOf[row] === -1) {
      this.#placeOf[row] = this.#heap.length;
      this.#heap.push(row);
    }
    this.#orderedBy[row] = this.#table.count[row];
    this.#sink(this.#rise(this.#placeOf[row]));
  }

  /** Removes the best row; undefined if the heap is empty. */
  pop(): number | undefined {
    const best = this.#heap[0];
    const last = this.#heap.pop();
    if (best === undefined || last === undefined) return undefined;
    this.#placeOf[best] = -1;
    if (last !== best) {
      this.#put(0, last);
      this.#sink(0);
    }
    return best;
  }

  /** Whether pair `a` is merged before pair `b`: the more frequent first, then by left and right symbol. */
  #before(a: number, b: number): boolean {
    const { left, right } = this.#table;
    if (this.#orderedBy[a] !== this.#orderedBy[b]) return this.#orderedBy[a] > this.#orderedBy[b];
    return left[a] === left[b] ? right[a] < right[b] : left[a] < left[b];
  }

  #rise(place: number): number {
    const row = this.#heap[place];
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(row, this.#heap[parent])) break;
      this.#put(place, this.#heap[parent]);
      place = parent;
    }
    this.#put(place, row);
    return place;
  }

  #sink(place: number): void {
    const row = this.#heap[place];
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#before(this.#heap[child + 1], this.#heap[child])) child++;
      if (!this.#before(this.#heap[child], row)) break;
      this.#put(place, this.#heap[child]);
      place = child;
    }
    this.#put(place, row);
  }

  #put(place: number, row: number): void {
    this.#heap[place] = row;
    this.#placeOf[row] = place;
  }
}
