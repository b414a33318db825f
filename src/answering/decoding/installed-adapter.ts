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
  /** Tokens in front of every prompt; ids from the vocabulary's size on are vectors of its own. */
  prefix?: readonly number[];
  /** For its answers, where it is another one than the base model's. */
  tokenizer?: AnswerTokenizer;
  /** Takes it off the model and frees it. */
  dispose(): void;
}

/** An adapter in a batcher, with the requests that use it. */
export class InstalledAdapter {
  /** Names what was read under it in the cache: never given twice, also where a name is. */
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

  /** Takes no further requests. @returns when those that it has are answered and its memory is free */
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
