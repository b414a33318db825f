import { randomUnits } from '../../base/random.ts';
import { StreamingDecoder } from '../../models/text/index.ts';
import { BLOCK_TOKENS, type BlockPool, type Prefix, type PrefixMatch } from './block-pool.ts';
import { logProbsOf, scoresOf, type ChosenLogProb } from './log-probs.ts';
import { LogitRules } from './logit-rules.ts';
import type { SettledRequest } from './generation-request.ts';
import { drawToken } from './sampling.ts';
import { StopStrings } from './stop-strings.ts';
import type { AnswerTokenizer } from './installed-adapter.ts';

/** A sequence and the number of its unread tokens that a pass reads. */
export interface Reading {
  sequence: Sequence;
  count: number;
}

/** A finished answer. */
export interface Completion {
  text: string;
  ids: number[];
  /** `stop`: a stop token or text; `length`: the maximum number of new tokens or the model's context was reached. */
  finishReason: 'stop' | 'length';
  /** The stop token that ended it, if any; not among `ids`. */
  stopId?: number;
  /** Log-probabilities of the tokens, if requested. */
  logProbs?: ChosenLogProb[];
  /** Log-probabilities of the requested ids as the next token after the prompt, in nats. */
  scored?: number[];
  usage: Usage;
}

/** Token counts of an answer. */
export interface Usage {
  prompt: number;
  /** Prompt tokens found in the cache. */
  shared: number;
  answer: number;
}

/** A part of an answer that no later token can change. */
export interface TextEvent {
  /** Index of the sample. */
  sample: number;
  text: string;
  /** Log-probabilities of the tokens since the previous part, if requested. */
  logProbs?: ChosenLogProb[];
}

/** Prompt tokens that the decoding of the following text may depend on. */
const CONTEXT = 16;

/** One unfinished answer: its tokens, the slots of their keys and values, and its text. */
export class Sequence {
  readonly request: SettledRequest;
  readonly sample: number;
  /** Tokens of prompt and answer; the first `known` are set. */
  readonly tokens: Int32Array;
  known: number;
  /** Tokens whose keys and values are in the cache. */
  read = 0;
  /** Prompt tokens that were already cached. */
  shared = 0;
  /** Sequence length for which the cached keys were computed. */
  readAs: number;
  /** Slot of each token's keys and values. */
  slots = new Int32Array();
  blocks: readonly number[] = [];
  /** Row of its recurrent states, in models that have them. */
  row = -1;
  /** Row of the states that the next pass starts from: its own, or those of a shared prefix. */
  statesFrom = -1;
  /** Lengths at which its states are kept for others, and the content that ends there. */
  #pauses: { at: number; content: Prefix }[] = [];
  finishReason: Completion['finishReason'] | undefined;
  readonly #ids: number[] = [];
  readonly #rules: LogitRules;
  readonly #units: (index: number) => number;
  readonly #logProbs: ChosenLogProb[] = [];
  #scored: number[] | undefined;
  readonly #tokenizer: AnswerTokenizer;
  /** Present for streams and stop texts; otherwise the text is decoded at the end. */
  readonly #stream: { decoder: StreamingDecoder; stops: StopStrings } | undefined;
  readonly #onText: ((event: TextEvent) => void) | undefined;
  #text = '';
  #stopId: number | undefined;
  /** Number of log-probabilities already emitted with text. */
  #given = 0;
  /** Content of the last block that was registered in the pool. */
  #last: Prefix | undefined;
  #named = 0;

  constructor(
    request: SettledRequest,
    sample: number,
    parts: { tokenizer: AnswerTokenizer; onText?: (e: TextEvent) => void },
  ) {
    this.request = request;
    this.sample = sample;
    this.tokens = new Int32Array(request.prompt.length + request.maxNewTokens);
    this.tokens.set(request.prompt);
    this.known = request.prompt.length;
    this.readAs = this.known;
    this.#rules = new LogitRules(request, request.prompt.subarray(request.prefix), request.constraint?.());
    this.#units = randomUnits([request.sampling.seed, 'sample', sample]);
    this.#tokenizer = parts.tokenizer;
    this.#onText = parts.onText;
    if (parts.onText !== undefined || request.stop.length > 0 || request.goesOn === true) {
      const after = request.goesOn === true ? [...request.prompt.subarray(-CONTEXT)] : [];
      this.#stream = {
        decoder: new StreamingDecoder(parts.tokenizer, { after }),
        stops: new StopStrings(request.stop),
      };
    }
  }

  /** Tokens that may still be generated. */
  get remaining(): number {
    return this.tokens.length - this.known;
  }

  /** Whether the most probable token suffices, without logits. */
  get takesBest(): boolean {
    return this.request.sampling.temperature === 0 && this.#rules.isEmpty && this.#needsNoLogits;
  }

  get #needsNoLogits(): boolean {
    return this.request.logProbs === undefined && this.request.scored === undefined;
  }

  /** Assigns its cache blocks: those that already hold the prompt's beginning, and new ones for the rest. */
  settle(pool: BlockPool, { blocks: shared, alike }: Pick<PrefixMatch, 'blocks' | 'alike'>, root: Prefix): void {
    this.row = pool.takeRow();
    this.statesFrom = this.row;
    if (pool.keepsStates && shared.length > 0) this.statesFrom = pool.statesAfter(shared[shared.length - 1]);
    pool.share(shared);
    const count = Math.ceil(this.tokens.length / BLOCK_TOKENS);
    this.blocks = [...shared, ...Array.from({ length: count - shared.length }, () => pool.take())];
    this.slots = Int32Array.from(
      this.tokens,
      (_, i) => this.blocks[Math.floor(i / BLOCK_TOKENS)] * BLOCK_TOKENS + (i % BLOCK_TOKENS),
    );
    this.read = shared.length * BLOCK_TOKENS;
    this.shared = this.read;
    this.#last = root;
    // Keeps states where prompts were found to diverge, and at the end of this one.
    const pauses = pool.keepsStates ? [alike, Math.floor((this.known - 1) / BLOCK_TOKENS)] : [];
    this.#name(pool, this.known, new Set(pauses.filter((blocks) => blocks > shared.length)));
  }

  /** Tokens until its states are to be kept. */
  get untilPause(): number {
    return this.#pauses.length === 0 ? Infinity : this.#pauses[0].at - this.read;
  }

  /** Registers the content of its blocks up to this token in the pool, so that others can share them. */
  #name(pool: BlockPool, upTo: number, pauses?: ReadonlySet<number>): void {
    for (; (this.#named + 1) * BLOCK_TOKENS <= upTo; this.#named++) {
      const place = { start: this.#named * BLOCK_TOKENS, before: this.#last as Prefix, isReady: false };
      this.#last = pool.name(this.blocks[this.#named], this.tokens, place);
      if (pauses?.has(this.#named + 1) !== true) continue;
      pool.promiseStates(this.#last);
      this.#pauses.push({ at: place.start + BLOCK_TOKENS, content: this.#last });
    }
  }

  /** Marks `count` more tokens as cached. @returns a row to copy its states to, if others may need them */
  markRead(pool: BlockPool, count: number): number | undefined {
    const before = Math.floor(this.read / BLOCK_TOKENS);
    this.read += count;
    this.readAs = this.known;
    this.statesFrom = this.row;
    const after = Math.floor(this.read / BLOCK_TOKENS);
    if (after === before) return undefined;
    this.#name(pool, this.read);
    for (let block = before; block < after; block++) pool.markReady(this.blocks[block]);
    while (this.untilPause < 0) this.#pauses.shift(); // skipped, since some tokens are read together
    return this.untilPause === 0 ? pool.keepStates(this.#pauses.shift()!.content) : undefined;
  }

  /** Invalidates its cached content, which is then recomputed. */
  forget(): void {
    this.read = 0;
    this.readAs = this.known;
    this.statesFrom = this.row;
    this.#pauses = [];
  }

  /** Chooses the next token from logits [V], or takes the most probable one. */
  advance(logits: Float32Array | undefined, best: number): void {
    const id = logits === undefined ? best : this.#choose(logits);
    if (id === undefined || this.request.stopIds.has(id)) {
      this.finishReason = 'stop';
      this.#stopId = id;
    } else this.#take(id);
    if (this.finishReason !== undefined) this.#endText();
  }

  /** The next token; undefined if the answer must end. */
  #choose(logits: Float32Array): number | undefined {
    if (this.#ids.length === 0) this.#scored = this.request.scored && scoresOf(logits, this.request.scored);
    const changed = this.#rules.apply(logits, this.remaining);
    if (changed === undefined) return undefined;
    const id = drawToken(changed, this.request.sampling, () => this.#units(this.#ids.length));
    const { logProbs: count, stopIds } = this.request;
    const textOf = (token: number) => this.#tokenizer.decode([token]);
    if (count !== undefined && !stopIds.has(id)) this.#logProbs.push(logProbsOf(logits, id, { count, textOf }));
    return id;
  }

  #take(id: number): void {
    this.#rules.advance(id);
    this.#ids.push(id);
    this.tokens[this.known++] = id;
    if (this.#stream !== undefined) {
      const isEarly = this.#ids.length < this.request.minNewTokens || this.#rules.isHeld;
      this.#give(this.#stream.stops.push(this.#stream.decoder.push(id), { isEarly }));
    }
    if (this.#stream?.stops.isHit === true) this.finishReason = 'stop';
    // An answer that satisfies its constraint counts as finished even if no tokens remain.
    else if (this.remaining === 0) this.finishReason = this.#rules.isComplete ? 'stop' : 'length';
  }

  #endText(): void {
    if (this.#stream === undefined) this.#text = this.#tokenizer.decode(this.#ids, { skipSpecialTokens: true });
    else this.#give(this.#stream.stops.push(this.#stream.decoder.end()) + this.#stream.stops.end());
  }

  #give(text: string): void {
    this.#text += text;
    const isEnd = this.finishReason !== undefined;
    const logProbs = this.#logProbs.slice(this.#given);
    if (text === '' && !(isEnd && logProbs.length > 0)) return;
    this.#given = this.#logProbs.length;
    const asked = this.request.logProbs === undefined ? {} : { logProbs };
    this.#onText?.({ sample: this.sample, text, ...asked });
  }

  completion(): Completion {
    const { finishReason = 'length' } = this;
    const logProbs = this.request.logProbs === undefined ? undefined : this.#logProbs;
    const { prompt, prefix } = this.request;
    const usage = {
      prompt: prompt.length - prefix,
      shared: Math.max(0, this.shared - prefix),
      answer: this.#ids.length,
    };
    const ending = this.#stopId === undefined ? {} : { stopId: this.#stopId };
    const known = { ...(logProbs && { logProbs }), ...(this.#scored && { scored: this.#scored }) };
    return { text: this.#text, ids: this.#ids, finishReason, ...ending, ...known, usage };
  }
}
