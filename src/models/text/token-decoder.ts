import type { Decoder, Tokenizer as Core } from 'tokenizers';
import type { AddedTokenJson } from './bpe/train-bpe.ts';

const NOT_ASCII = /[^\0-\x7f]/;

/** Whether one of the decoder's steps in tokenizer.json is byte-level. */
function isByteLevel(decoder: unknown): boolean {
  const { type, decoders = [] } = (decoder ?? {}) as { type?: unknown; decoders?: unknown[] };
  return type === 'ByteLevel' || decoders.some(isByteLevel);
}

/** Decodes ids synchronously, without the library's detour over a thread. */
export class TokenDecoder {
  readonly #core: Core;
  readonly #decoder: Decoder | null;
  readonly #specialIds: ReadonlySet<number>;
  /** Added tokens whose characters the byte-level decoder would mistake for bytes ("Ü" for 0xDC). */
  readonly #verbatim: ReadonlyMap<number, string>;

  constructor(core: Core, specialIds: ReadonlySet<number>, addedTokens: readonly AddedTokenJson[], decoder: unknown) {
    this.#core = core;
    this.#decoder = core.getDecoder();
    this.#specialIds = specialIds;
    const verbatim = isByteLevel(decoder) ? addedTokens.filter(({ content }) => NOT_ASCII.test(content)) : [];
    this.#verbatim = new Map(verbatim.map(({ id, content }) => [id, content]));
  }

  /** Unknown ids decode to nothing. */
  decode(ids: Iterable<number>, skipSpecialTokens: boolean): string {
    let text = '';
    let tokens: string[] = [];
    for (const id of ids) {
      if (skipSpecialTokens && this.#specialIds.has(id)) continue;
      const verbatim = this.#verbatim.get(id);
      if (verbatim !== undefined) {
        text += this.#join(tokens) + verbatim;
        tokens = [];
        continue;
      }
      const token = this.#core.idToToken(id);
      if (token !== null) tokens.push(token);
    }
    return text + this.#join(tokens);
  }

  #join(tokens: string[]): string {
    if (tokens.length === 0) return '';
    return this.#decoder === null ? tokens.join(' ') : this.#decoder.decode(tokens);
  }
}
