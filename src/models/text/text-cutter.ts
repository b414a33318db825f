import type { Tokenizer as Core, JsEncoding } from 'tokenizers';

/** Tokenises text by the vocabulary itself, or by SentencePiece with the vocabulary's ids. */
export class TextCutter {
  readonly #vocabulary: Core;
  readonly #pieces: (() => Core) | undefined;
  readonly #unknown: number | undefined;
  readonly #known = new Map<string, number>();
  #core: Core | undefined;

  constructor(vocabulary: Core, { pieces, unknown }: { pieces?: () => Core; unknown?: number }) {
    this.#vocabulary = vocabulary;
    this.#pieces = pieces;
    this.#unknown = unknown;
  }

  get core(): Core {
    return (this.#core ??= this.#pieces?.() ?? this.#vocabulary);
  }

  idsOf(encoding: JsEncoding): Int32Array {
    if (this.#pieces === undefined) return Int32Array.from(encoding.getIds());
    return Int32Array.from(encoding.getTokens(), (token) => this.#idOf(token));
  }

  /** A run of unknown characters is a single piece, which the other language's vocabulary may contain. */
  #idOf(token: string): number {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const id = this.#vocabulary.tokenToId(token) ?? this.#unknown;
    if (id === undefined) throw new Error(`the vocabulary has neither "${token}" nor an unknown token`);
    if (this.#known.size < MOST_KEPT) this.#known.set(token, id);
    return id;
  }
}

const MOST_KEPT = 200_000;
