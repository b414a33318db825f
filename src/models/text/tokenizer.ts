import type { Tokenizer as Core, JsEncoding } from 'tokenizers';
import { AttuneError } from '../../base/errors.ts';
import { addTokensToFiles, tokensOnlyInConfig, type NewToken } from './added-tokens.ts';
import type { AddedTokenJson } from './bpe/train-bpe.ts';
import { refuseForeignIds } from './declared-ids.ts';
import { concatenateIds } from './concatenate-ids.ts';
import { cutAtLines } from './line-cutter.ts';
import type { EncodedText, FramedInput, FramedText, PlacedText } from './encoded-text.ts';
import { withOffsets } from './offsets.ts';
import { templateVariables, type SpecialTokens } from './special-tokens.ts';
import { TokenDecoder } from './token-decoder.ts';
import { ChatTemplates } from './chat-templates.ts';
import { TextCutter } from './text-cutter.ts';
import { findStopIds } from './turn-ends.ts';
import { dropoutOf, findTraits, invalid, isMild, loadCore, withoutLimits, type Traits } from './tokenizer-core.ts';
import { tryTexts, tryTokenizer } from './tokenizer-trial.ts';
import type { LanguageChoice, TextSide } from './translation-traits.ts';
import { frameOf, languagesOf, withLanguages, type TextFrame } from './text-frame.ts';
import {
  absentTokenizerFiles,
  readTokenizerFiles,
  writeTokenizerFiles,
  type TokenizerFiles,
} from './tokenizer-files.ts';
import { countIds, parseTokenizer, type ParsedTokenizer } from './vocabulary.ts';

// Number of characters to encode at a time.
const GROUP_LENGTH = 1 << 22;

/** A Hugging Face tokenizer. Immutable: adding tokens returns a new one. */
export class Tokenizer {
  readonly files: TokenizerFiles;
  /** Largest id plus one. */
  readonly size: number;
  readonly addedTokens: readonly AddedTokenJson[];
  readonly special: SpecialTokens;
  /** Whether rows start with BOS even if the template does not write one; a row never has two. */
  readonly addsBos: boolean;
  readonly answerSpace: boolean;
  /** Whether parts of a text can be encoded separately: true for byte-level tokenizers without a prefix space. */
  readonly joinsParts: boolean;
  /** Whether tokens spell their text unchanged, except for Unicode composition. */
  readonly keepsText: boolean;
  /** Whether text may be split at single line feeds without changing its tokens. */
  readonly cutsAtLines: boolean;
  readonly templates: ChatTemplates;
  /** Ids that stop generation: those in the files, EOS, and the template's end of turn. */
  readonly stopIds: readonly number[];
  readonly #core: Core;
  readonly #decoder: TokenDecoder;
  readonly #specialIds: ReadonlySet<number>;
  readonly #parsed: ParsedTokenizer;
  readonly #traits: Traits;
  readonly #cutter: TextCutter;
  /** Translation models: the side to encode for. */
  readonly #side: TextSide;
  #framing: Core | undefined;
  #frame: TextFrame | undefined;
  #target: Tokenizer | undefined;

  private constructor(files: TokenizerFiles, parsed: ParsedTokenizer, core: Core, traits: Traits) {
    this.files = files;
    this.#traits = traits;
    this.#side = traits.side ?? 'source';
    this.#parsed = parsed;
    this.#core = core;
    this.size = countIds(parsed);
    this.addedTokens = parsed.added_tokens ?? [];
    this.special = traits.special;
    const flagged = this.addedTokens.filter(({ special }) => special);
    this.#specialIds = new Set([...flagged, ...Object.values(this.special)].map(({ id }) => id));
    this.#decoder = new TokenDecoder(core, this.#specialIds, this.addedTokens, parsed.decoder);
    const pieces = files.translation?.pieces?.[this.#side];
    this.#cutter = new TextCutter(core, {
      pieces: pieces === undefined ? undefined : () => withoutLimits(loadCore(files, pieces)),
      unknown: traits.special.unk?.id,
    });
    this.addsBos = traits.addsBos;
    this.answerSpace = files.answerSpace === true;
    this.joinsParts = traits.joinsParts;
    this.keepsText = traits.joinsParts && isMild(parsed.normalizer);
    this.cutsAtLines = traits.cutsAtLines;
    this.templates = ChatTemplates.fromFiles(files, templateVariables(this.special));
    this.stopIds = findStopIds(this);
  }

  /** Loads a model folder's tokenizer. @throws E_TOKENIZER_MISSING, E_TOKENIZER_INVALID */
  static async load(folder: string): Promise<Tokenizer> {
    const files = readTokenizerFiles(folder);
    // Parsing first gives better error messages than a crash in the trial process.
    refuseForeignIds(files, countIds(parseTokenizer(files.tokenizer, files.origin)));
    for (const text of new Set(Object.values(files.translation?.pieces ?? { source: files.tokenizer })))
      await tryTokenizer({ origin: folder, tokenizer: text });
    return Tokenizer.fromFiles(files);
  }

  /** Stub for models without text input: refuses to encode, and saves no files. */
  static async none(folder: string): Promise<Tokenizer> {
    return Tokenizer.fromFiles(absentTokenizerFiles(folder));
  }

  /** @throws E_TOKENIZER_INVALID */
  static async fromFiles(files: TokenizerFiles): Promise<Tokenizer> {
    const parsed = parseTokenizer(files.tokenizer, files.origin);
    const missing = tokensOnlyInConfig(files, parsed);
    if (missing.length > 0) {
      const { files: completed, newIds } = addTokensToFiles(files, parsed, missing, () => null);
      if (newIds.every((id, index) => id === missing[index].id)) return Tokenizer.fromFiles(completed);
      throw invalid(
        files,
        `added_tokens_decoder gives ${missing[0].content} the id ${missing[0].id}, but that is not the next free id`,
      );
    }
    refuseForeignIds(files, countIds(parsed));
    const core = loadCore(files);
    for (const { id, content } of parsed.added_tokens ?? []) {
      if (core.tokenToId(content) !== id) throw invalid(files, `added token "${content}" cannot have the id ${id}`);
    }
    return new Tokenizer(files, parsed, core, await findTraits(files, core, parsed.added_tokens ?? []));
  }

  get origin(): string {
    return this.files.origin;
  }

  /** Tokenizer for answers, which differs from the prompts' in translation models. */
  get target(): Tokenizer {
    if (this.files.translation === undefined || this.#side === 'target') return this;
    return (this.#target ??= new Tokenizer(this.files, this.#parsed, this.#core, { ...this.#traits, side: 'target' }));
  }

  /** Tokens that every answer starts with, such as its language. @throws AttuneError E_TRANSLATION_LANGUAGE */
  get answerStart(): readonly number[] {
    return this.files.translation?.languages === undefined ? [] : this.target.#frameOf().before;
  }

  /** Codes of the languages with a token. */
  get languages(): string[] {
    const { languages } = this.files.translation ?? {};
    return languages === undefined ? [] : languagesOf(this.#core, languages);
  }

  /** The tokenizer for other languages. @throws AttuneError E_TRANSLATION_LANGUAGE */
  withLanguages(choice: LanguageChoice): Tokenizer {
    const files = withLanguages(this.files, this.#core, choice);
    if (files === this.files) return this;
    const tokenizer = new Tokenizer(files, this.#parsed, this.#core, this.#traits);
    for (const one of [tokenizer, tokenizer.target]) one.#frameOf();
    return tokenizer;
  }

  #frameOf(): TextFrame {
    return (this.#frame ??= frameOf({ files: this.files, special: this.special, core: this.#core }, this.#side));
  }

  get bosId(): number | undefined {
    return this.special.bos?.id;
  }

  get eosId(): number | undefined {
    return this.special.eos?.id;
  }

  get unkId(): number | undefined {
    return this.special.unk?.id;
  }

  /** Padding token, unless it is also EOS: a mask based on it would hide where answers end. */
  get padId(): number | undefined {
    return this.special.pad?.id === this.eosId ? undefined : this.special.pad?.id;
  }

  idOf(token: string): number | null {
    return this.#core.tokenToId(token);
  }

  /** The vocabulary's spelling of an id, or null. */
  tokenOf(id: number): string | null {
    return this.#core.idToToken(id);
  }

  isSpecial(id: number): boolean {
    return this.#specialIds.has(id);
  }

  /** Encodes one text. Special tokens in the text are recognised; none are added by default. */
  async encode(text: string, options: { addSpecialTokens?: boolean } = {}): Promise<Int32Array> {
    if (options.addSpecialTokens === true) return (await this.encodeFramed([{ text }]))[0].ids;
    return (await this.encodeBatch([text]))[0];
  }

  /** Encodes many texts in parallel. */
  async encodeBatch(texts: readonly string[]): Promise<Int32Array[]> {
    const parts = texts.map((text) => (this.cutsAtLines ? cutAtLines(text) : [text]));
    const ids = await this.#encodeAll(parts.flat(), (encoding) => this.#cutter.idsOf(encoding));
    let next = 0;
    return parts.map(({ length }) => concatenateIds(ids.slice(next, (next += length))));
  }

  /** Encodes many texts, with offsets. */
  async encodeWithOffsets(texts: readonly string[]): Promise<EncodedText[]> {
    return this.#encodeAll(texts, (encoding, index) => ({
      ...withOffsets({ text: texts[index] }, encoding),
      ids: this.#cutter.idsOf(encoding),
    }));
  }

  /** The library's encodings are far larger than the ids, so texts are encoded in groups. */
  async #encodeAll<Result>(
    texts: readonly string[],
    take: (encoding: JsEncoding, index: number) => Result,
  ): Promise<Result[]> {
    await this.#check(texts);
    const results: Result[] = [];
    while (results.length < texts.length) {
      const start = results.length;
      let end = start;
      for (let length = 0; end < texts.length && (length === 0 || length < GROUP_LENGTH); end++)
        length += texts[end].length;
      const encodings = await this.#cutter.core.encodeBatch(texts.slice(start, end), { addSpecialTokens: false });
      for (const [index, encoding] of encodings.entries()) results.push(take(encoding, start + index));
    }
    return results;
  }

  /** Encodes each text or pair with the model's special tokens: `[CLS] text [SEP] pair [SEP]`, or with BOS. */
  async encodeFramed(inputs: readonly FramedInput[]): Promise<FramedText[]> {
    if (this.files.translation !== undefined) return this.#encodeTranslation(inputs);
    const encodings = await this.#encodeWhole(inputs);
    return encodings.map((encoding) => ({ ids: Int32Array.from(encoding.getIds()), typeIds: typesIn(encoding) }));
  }

  /** Like `encodeFramed`, with offsets, which double the time. */
  async encodeFramedWithOffsets(inputs: readonly FramedInput[]): Promise<PlacedText[]> {
    const encodings = await this.#encodeWhole(inputs);
    return encodings.map((encoding, i) => ({ ...withOffsets(inputs[i], encoding), typeIds: typesIn(encoding) }));
  }

  /** Encodes texts with the special tokens of their side. */
  async #encodeTranslation(inputs: readonly FramedInput[]): Promise<FramedText[]> {
    const { before, behind } = this.#frameOf();
    const ids = (
      await this.encodeBatch(inputs.flatMap(({ text, pair }) => (pair === undefined ? [text] : [text, pair])))
    ).values();
    return inputs.map(({ pair }) => {
      const texts = pair === undefined ? [ids.next().value!] : [ids.next().value!, ids.next().value!];
      const framed = Int32Array.from([...before, ...texts.flatMap((text) => [...text]), ...behind]);
      return { ids: framed, typeIds: new Int32Array(framed.length) };
    });
  }

  async #encodeWhole(inputs: readonly FramedInput[]): Promise<JsEncoding[]> {
    await this.#check(inputs.flatMap(({ text, pair = '' }) => [text, pair]));
    this.#framing ??= withoutLimits(loadCore(this.files));
    const framing = this.#framing;
    return Promise.all(inputs.map(({ text, pair }) => framing.encode(text, pair ?? null, { addSpecialTokens: true })));
  }

  /** Describes deviations from tokenizer.json. */
  get remark(): string | undefined {
    const share = dropoutOf(this.files.tokenizer);
    if (share === undefined) return undefined;
    return `the tokenizer's merge dropout (${share}) is off: the same text always has the same tokens`;
  }

  /** False for models without text input. */
  get readsText(): boolean {
    return this.files.isAbsent !== true;
  }

  async #check(texts: readonly string[]): Promise<void> {
    if (this.readsText) return tryTexts(this.files.translation?.pieces?.[this.#side] ?? this.files.tokenizer, texts);
    if (texts.length === 0) return;
    throw new AttuneError('E_NO_TEXT_MODEL', {
      what: `The model in ${this.origin} does not read text`,
      got: 'rows of text',
      fix: 'give it rows of the kind it reads (see attune models show), or choose a text model',
    });
  }

  /** Decodes ids without cleaning up: decoding encoded text restores it wherever the vocabulary allows. */
  decode(ids: Iterable<number>, options: { skipSpecialTokens?: boolean } = {}): string {
    return this.#decoder.decode(ids, options.skipSpecialTokens === true);
  }

  /** A tokenizer with additional tokens, and the ids of those that are new (their embedding rows need training). */
  async addTokens(tokens: readonly NewToken[]): Promise<{ tokenizer: Tokenizer; ids: number[]; newIds: number[] }> {
    const { files, ids, newIds } = addTokensToFiles(this.files, this.#parsed, tokens, (content) => this.idOf(content));
    return { tokenizer: newIds.length === 0 ? this : await Tokenizer.fromFiles(files), ids, newIds };
  }

  /** Writes the tokenizer files; unchanged ones stay identical byte for byte. @throws E_DISK_FULL, E_NOT_WRITABLE */
  save(folder: string): void {
    writeTokenizerFiles(folder, this.files);
  }
}

function typesIn(encoding: JsEncoding): Int32Array {
  return Int32Array.from(encoding.getTypeIds());
}
