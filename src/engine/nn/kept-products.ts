// N tokens, O widths of outputs
import { zeros, type Tensor } from '../tensor/index.ts';

/** Outputs kept in a stage's first pass; `unread` if the second pass only needs their shapes. */
type Entry = { tensors: readonly Tensor[] } | 'unread' | 'made again';

/** Output of a group of layers: [N, O] each. */
interface Group {
  rows: number;
  widths: readonly number[];
  like: Tensor;
}

/**
 * Keeps the outputs of layer groups in a stage that runs twice, so that the second pass, for backward, computes fewer
 * products. Both passes make the same calls in the same order. Groups are kept whole, in order, while the total stays
 * within the allowance; narrow ones that are read first (q, k, v, attention's output) cost few values each.
 */
export class KeptProducts {
  #allowance: number;
  readonly #entries: Entry[] = [];
  #place = 0;
  #isSecond = false;
  #isAtEnd = false;

  /** `allowance`: number of values that may be kept. */
  constructor(allowance: number) {
    this.#allowance = allowance;
  }

  get tensors(): Tensor[] {
    return this.#entries.flatMap((entry) => (typeof entry === 'string' ? [] : entry.tensors));
  }

  /** The stage's first pass. */
  first<T>(body: () => T): T {
    return withKept(this, body);
  }

  /** Recomputes the stage. */
  second<T>(body: () => T): T {
    this.#place = 0;
    this.#isSecond = true;
    return withKept(this, body);
  }

  group(group: Group, make: (known: readonly Tensor[]) => Tensor[]): Tensor[] {
    const place = this.#place++;
    if (this.#isSecond) return make(knownOf(this.#entries[place], group));
    const outputs = make([]);
    this.#entries[place] = this.#entryOf(outputs);
    return outputs;
  }

  #entryOf(outputs: readonly Tensor[]): Entry {
    if (this.#isAtEnd) return 'unread';
    const size = outputs.reduce((sum, { size }) => sum + size, 0);
    if (size > this.#allowance) return 'made again';
    this.#allowance -= size;
    return { tensors: outputs };
  }

  atEnd<T>(body: () => T): T {
    const start = this.#place;
    this.#isAtEnd = true;
    try {
      return body();
    } finally {
      this.#isAtEnd = false;
      // A group may read another one's output.
      if (!this.#isSecond && this.#place > start + 1) this.#entries.fill('made again', start);
    }
  }
}

function knownOf(entry: Entry, { rows, widths, like }: Group): readonly Tensor[] {
  if (entry === 'made again') return [];
  if (entry !== 'unread') return entry.tensors;
  return widths.map((width) => zeros([1, 1], { dtype: like.dtype, device: like.device }).expand(rows, width));
}

let current: KeptProducts | undefined;

function withKept<T>(kept: KeptProducts, body: () => T): T {
  const before = current;
  current = kept;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Outputs of a group of layers; `make` computes those that are not known already. */
export function keptGroup(group: Group, make: (known: readonly Tensor[]) => Tensor[]): Tensor[] {
  return current?.group(group, make) ?? make([]);
}

/**
 * Runs a layer whose output is only added to its stage's output. When the stage is recomputed, that output is known and
 * no gradient depends on it, so the product is skipped.
 */
export function atStageEnd<T>(body: () => T): T {
  return current === undefined ? body() : current.atEnd(body);
}
