import { AttuneError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { AdapterOwner } from '../../engine/nn/index.ts';
import type { Tokenizer } from '../../models/text/index.ts';

/** Parts of a tokenizer that generation uses. */
export type AnswerTokenizer = Pick<Tokenizer, 'decode' | 'stopIds'>;

/** An adapter that requests can name; several share one base model. */
export interface NamedAdapter {
  /** Owner of the adapters that act on its requests' tokens. */
  owner: AdapterOwner;
  /** Tokens in front of every prompt; ids beyond the vocabulary are the adapter's own vectors. */
  prefix?: readonly number[];
  /** Tokenizer for its answers, if it differs from the base model's. */
  tokenizer?: AnswerTokenizer;
  /** Removes it from the model and frees it. */
  dispose(): void;
}

/** An adapter in a batcher, with its open requests. */
export class InstalledAdapter {
  /** Cache domain of its content; unique even when a name is reused. */
  readonly domain: number;
  readonly adapter: NamedAdapter;
  readonly #gone = Promise.withResolvers<void>();
  readonly #free: () => void;
  #users = 0;
  #isRetired = false;

  constructor(domain: number, adapter: NamedAdapter, free: (self: InstalledAdapter) => void) {
    this.domain = domain;
    this.adapter = adapter;
    this.#free = () => free(this);
  }

  use(): void {
    this.#users++;
  }

  leave(): void {
    this.#users--;
    this.#settle();
  }

  /** Stops accepting requests. @returns once its open requests are answered and its memory is free */
  retire(): Promise<void> {
    this.#isRetired = true;
    this.#settle();
    return this.#gone.promise;
  }

  #settle(): void {
    if (!this.#isRetired || this.#users > 0) return;
    this.#free();
    this.#gone.resolve();
  }
}

export function unknownAdapter(id: string, known: Iterable<string>): AttuneError {
  const names = [...known];
  const close = nearest(id, names);
  return new AttuneError('E_ADAPTER_UNKNOWN', {
    what: `There is no adapter "${id}"`,
    expected: names.length === 0 ? 'no adapter name: none is installed' : `one of ${names.join(', ')}`,
    ...(close !== undefined && { fix: `did you mean ${close}?` }),
  });
}
