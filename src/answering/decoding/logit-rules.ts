import { AttuneError } from '../../base/errors.ts';
import type { TokenConstraint } from '@attune/constraint';
import type { SettledRequest } from './generation-request.ts';
import type { SamplingOptions } from './sampling.ts';

/** The fields of a request that the rules use. */
type RuledRequest = Pick<SettledRequest, 'sampling' | 'minNewTokens' | 'stopIds'>;

/** Changes a sequence's logits before a token is chosen: penalties, biases, minimum length, constraint. */
export class LogitRules {
  readonly #options: SamplingOptions;
  readonly #bias: [id: number, bias: number][];
  readonly #constraint: TokenConstraint | undefined;
  /** Ids that are banned among the first `before` tokens. */
  readonly #early: { ids: Iterable<number>; before: number };
  #made = 0;
  /** Ids of prompt and answer, with their counts in the answer. */
  readonly #counts = new Map<number, number>();
  readonly #hasPenalties: boolean;

  constructor(
    { sampling: options, minNewTokens, stopIds }: RuledRequest,
    prompt: Int32Array,
    constraint?: TokenConstraint,
  ) {
    this.#options = options;
    this.#early = { ids: stopIds, before: minNewTokens };
    this.#bias = Object.entries(options.logitBias).map(([id, bias]) => [Number(id), bias]);
    this.#constraint = constraint;
    this.#hasPenalties =
      options.repetitionPenalty !== 1 || options.presencePenalty !== 0 || options.frequencyPenalty !== 0;
    if (options.repetitionPenalty !== 1) for (const id of prompt) this.#counts.set(id, 0);
  }

  /** Whether logits can be used unchanged. */
  get isEmpty(): boolean {
    return (
      !this.#hasPenalties &&
      this.#bias.length === 0 &&
      this.#constraint === undefined &&
      this.#made >= this.#early.before
    );
  }

  /** Whether a constraint is active at this point, so that stop texts do not apply. */
  get isHeld(): boolean {
    return this.#constraint !== undefined && this.#constraint.isFree !== true;
  }

  /** Whether the answer so far satisfies its constraint. */
  get isComplete(): boolean {
    return this.#constraint?.isComplete === true;
  }

  /**
   * The adjusted logits [V], as a copy. Undefined if nothing may follow and the answer satisfies its constraint: it
   * ends, as with tokenizers without an end token. `remaining`: tokens that may still follow, including this one.
   *
   * Errors: E_CONSTRAINT_STUCK, E_NO_TOKEN_LEFT.
   */
  apply(logits: Float32Array, remaining: number): Float32Array | undefined {
    if (this.isEmpty) return logits;
    const changed = logits.slice();
    if (this.#hasPenalties) this.#penalise(changed);
    for (const [id, bias] of this.#bias) changed[id] += bias;
    if (this.#made < this.#early.before) for (const id of this.#early.ids) changed[id] = Number.NEGATIVE_INFINITY;
    if (this.#constraint !== undefined) {
      forbid(changed, this.#constraint.allowed(remaining));
      this.#constraint.adjust?.(changed);
    }
    if (changed.some((logit) => logit !== Number.NEGATIVE_INFINITY)) return changed;
    if (this.isComplete) return undefined;
    throw this.#constraint === undefined ? allBanned() : stuck();
  }

  #penalise(logits: Float32Array): void {
    const { repetitionPenalty, presencePenalty, frequencyPenalty } = this.#options;
    for (const [id, count] of this.#counts) {
      if (repetitionPenalty !== 1) {
        logits[id] = logits[id] < 0 ? logits[id] * repetitionPenalty : logits[id] / repetitionPenalty;
      }
      if (count > 0) logits[id] -= presencePenalty + count * frequencyPenalty;
    }
  }

  /** Records the chosen token, unless it ended the answer. */
  advance(id: number): void {
    this.#made++;
    if (this.#hasPenalties) this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    this.#constraint?.advance(id);
  }
}

function forbid(logits: Float32Array, mask: Uint32Array): void {
  for (let word = 0; word * 32 < logits.length; word++) {
    const bits = mask[word] ?? 0; // logits may have more entries than the tokenizer has tokens
    if (bits === 0) logits.fill(Number.NEGATIVE_INFINITY, word * 32, word * 32 + 32);
    else if (bits !== 0xffffffff) forbidOf(logits, bits, word * 32);
  }
}

function forbidOf(logits: Float32Array, bits: number, start: number): void {
  for (let bit = 0; bit < 32; bit++) {
    if (((bits >>> bit) & 1) === 0 && start + bit < logits.length) logits[start + bit] = Number.NEGATIVE_INFINITY;
  }
}

function stuck(): AttuneError {
  return new AttuneError('E_CONSTRAINT_STUCK', {
    what: 'No token can follow the text generated so far',
    expected: 'a form that this tokenizer can spell, enough room for it, and no bias that rules it out',
    fix: 'allow more new tokens, or relax the form',
  });
}

function allBanned(): AttuneError {
  return new AttuneError('E_NO_TOKEN_LEFT', {
    what: 'Biases and penalties rule out every token',
    expected: 'at least one possible token',
    fix: 'ban fewer tokens in logitBias, or lower the penalties',
  });
}
