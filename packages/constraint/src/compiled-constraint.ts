/**
 * A constraint compiled for one vocabulary: the tokens that may follow in each state, and how an answer can still end
 * within its budget. Masks are computed on first use and cached.
 */
import { AttuneError } from '@attune/base/errors';
import { byteCosts, costsToEnd } from './automaton/costs.ts';
import type { Grammar } from './automaton/grammar.ts';
import { packGrammar } from './automaton/packed-grammar.ts';
import { DEAD, Pushdown, type CostedGrammar } from './automaton/pushdown.ts';
import { shortestPlan } from './shortest-plan.ts';
import type { TokenConstraint } from './token-constraint.ts';
import { segment, tokensFrom } from './tokens/segmentation.ts';
import type { Vocabulary } from './tokens/vocabulary.ts';
import type { ReachedTokens } from './tokens/token-walk.ts';

/** The tokens that may follow in a state, given enough room. */
interface Choice {
  mask: Uint32Array;
  /** Maximum number of tokens to an end after any of them. */
  mostCost: number;
}

// Size of a constraint's mask cache in bytes; the least recently used masks are evicted.
const MASK_BYTES = 1 << 24;
// Maximum number of trie nodes that the search for the shortest answer visits.
const SEARCHED_NODES = 3_000_000;

/** Result of compiling: plain arrays, which can be sent to another thread. */
export interface ConstraintParts extends CostedGrammar {
  /** The shortest answer found. */
  plan: readonly number[];
}

/**
 * The expensive part of the work, which is independent of any answer. @throws E_CONSTRAINT_EMPTY,
 * E_CONSTRAINT_UNSPELLABLE
 */
export function compileGrammar(grammar: Grammar, vocabulary: Vocabulary): ConstraintParts {
  const ofBytes = byteModel(vocabulary);
  const costed: CostedGrammar = {
    grammar: packGrammar(grammar),
    costs: costsToEnd(grammar, { ofBytes, ofText: textCosts(vocabulary.later) }),
    byteCosts: costsToEnd(grammar, byteCosts),
  };
  const automaton = new Pushdown(costed, ofBytes);
  const { start } = automaton;
  if (start === DEAD) throw nothingFits();
  if (automaton.cost(start) === Infinity) throw unspellable();
  const plan = segment(vocabulary, automaton.completion(start), true);
  if (plan === undefined) throw unspellable();
  return { ...costed, plan: plan.length === 0 ? plan : shorten(automaton, vocabulary, plan) };
}

function byteModel(vocabulary: Vocabulary): (low: number, high: number) => number {
  return (low, high) => (vocabulary.hasByteWithin(low, high) ? 1 : Infinity);
}

export class CompiledConstraint {
  readonly #parts: ConstraintParts;
  readonly #automaton: Pushdown;
  readonly #vocabulary: Vocabulary;
  readonly #choices = new Map<string, Choice>();
  readonly #plans = new Map<number, readonly number[]>();
  /** Tokens of the shortest answer, or of the shortest one found in reasonable time: the minimum budget. */
  readonly shortest: number;
  readonly #firstPlan: readonly number[];

  constructor(parts: ConstraintParts, vocabulary: Vocabulary) {
    this.#parts = parts;
    this.#vocabulary = vocabulary;
    this.#automaton = new Pushdown(parts, byteModel(vocabulary));
    this.#firstPlan = parts.plan;
    this.shortest = parts.plan.length;
  }

  /** A copy without the states and masks accumulated by answers. */
  fresh(): CompiledConstraint {
    return new CompiledConstraint(this.#parts, this.#vocabulary);
  }

  /** Size of the compiled constraint in bytes. */
  get bytes(): number {
    const { grammar, costs, byteCosts: ofBytes } = this.#parts;
    const arrays = [...Object.values(grammar), costs, ofBytes] as { byteLength: number }[];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Number of states created so far, which measures the constraint's growth. */
  get stateCount(): number {
    return this.#automaton.stateCount;
  }

  /** Rejects a budget that the shortest answer exceeds. @throws E_CONSTRAINT_TOO_LONG */
  checkRoom(maxTokens: number): void {
    if (maxTokens < this.shortest) throw tooLong(this.shortest, maxTokens);
  }

  /** Begins an answer. */
  begin(): TokenConstraint {
    return new ConstrainedAnswer(this, this.#firstPlan);
  }

  get start(): number {
    return this.#automaton.start;
  }

  /** Free text is never complete: it ends where the model ends it. */
  isComplete(state: number): boolean {
    return this.#automaton.isAccepting(state) && !this.isFree(state);
  }

  isFree(state: number): boolean {
    return this.#automaton.isFree(state);
  }

  /** The state after a token. */
  after(state: number, id: number, isFirst: boolean): number {
    this.#automaton.beginWalk();
    const bytes = this.#vocabulary.bytesOf(id, isFirst);
    if (bytes === undefined && this.isFree(state)) return state;
    const next = bytes === undefined ? DEAD : this.#automaton.run(state, bytes);
    if (next === DEAD) throw new Error(`token ${id} was not among the allowed ones`);
    return next;
  }

  /** A short sequence of tokens to a valid end; the state's cost must be finite. */
  planFrom(state: number): readonly number[] {
    let plan = this.#plans.get(state);
    if (plan === undefined) {
      plan = segment(this.#vocabulary, this.#automaton.completion(state), false)!;
      this.#plans.set(state, plan);
    }
    return plan;
  }

  /** Tokens after which a known end is within `room` more tokens; includes stop ids if the answer is complete. */
  allowed({ state, isFirst, room }: { state: number; isFirst: boolean; room: number }): Uint32Array {
    const choice = this.#kept(`${state} ${isFirst}`, () => this.#choose(state, isFirst));
    if (choice.mostCost <= room) return choice.mask;
    return this.#kept(`${state} ${isFirst} ${room}`, () => this.#choose(state, isFirst, room)).mask;
  }

  /** Memoised by key; the least recently used entry is evicted. */
  #kept(key: string, make: () => Choice): Choice {
    const choice = this.#choices.get(key) ?? make();
    this.#choices.delete(key);
    this.#choices.set(key, choice);
    if (this.#choices.size * choice.mask.byteLength > MASK_BYTES) {
      this.#choices.delete(this.#choices.keys().next().value!);
    }
    return choice;
  }

  #endsWithin(state: number, room: number): boolean {
    const cost = this.#automaton.cost(state);
    return cost <= room || (cost < Infinity && this.planFrom(state).length <= room);
  }

  #choose(state: number, isFirst: boolean, room = Infinity): Choice {
    const mask = new Uint32Array((this.#vocabulary.size + 31) >> 5);
    const { count, ids, states } = this.#reached(state, isFirst);
    let mostCost = 0;
    // Many tokens lead to few states: each state is judged once.
    const verdicts = new Int8Array(this.#automaton.stateCount);
    for (let i = 0; i < count; i++) {
      const next = states[i];
      if (verdicts[next] === 0) {
        verdicts[next] = this.#endsWithin(next, room) ? 1 : -1;
        if (verdicts[next] === 1) mostCost = Math.max(mostCost, this.#automaton.cost(next));
      }
      if (verdicts[next] === 1) mask[ids[i] >> 5] |= 1 << (ids[i] & 31);
    }
    if (this.isFree(state)) {
      for (const [word, bits] of this.#vocabulary.silentIds(isFirst).entries()) mask[word] |= bits;
    }
    if (this.#automaton.isAccepting(state)) {
      for (const id of this.#vocabulary.stopIds) mask[id >> 5] |= 1 << (id & 31);
    }
    return { mask, mostCost };
  }

  #reached(state: number, isFirst: boolean): ReachedTokens {
    return reached(this.#automaton, this.#vocabulary, { state, isFirst });
  }
}

function reached(
  automaton: Pushdown,
  { walkFirst, walkLater }: Vocabulary,
  { state, isFirst }: { state: number; isFirst: boolean },
): ReachedTokens {
  return (isFirst ? walkFirst : walkLater).from(automaton, state);
}

function shorten(automaton: Pushdown, vocabulary: Vocabulary, known: readonly number[]): readonly number[] {
  return shortestPlan({
    start: automaton.start,
    known,
    next: (state, isFirst) => {
      const tokens = new Map<number, number>();
      const { count, ids, states } = reached(automaton, vocabulary, { state, isFirst });
      for (let i = 0; i < count; i++) if (automaton.cost(states[i]) < Infinity) tokens.set(states[i], ids[i]);
      return tokens;
    },
    least: (state) => Math.ceil(automaton.leastBytes(state) / vocabulary.longest),
    isEnd: (state) => automaton.isAccepting(state),
    steps: Math.ceil(SEARCHED_NODES / vocabulary.later.bytes.length),
  });
}

/** One answer. A path to a valid end is always known, so that the budget is kept whatever is chosen. */
class ConstrainedAnswer implements TokenConstraint {
  readonly #constraint: CompiledConstraint;
  #state: number;
  #plan: readonly number[];
  #isFirst = true;

  constructor(constraint: CompiledConstraint, plan: readonly number[]) {
    this.#constraint = constraint;
    this.#state = constraint.start;
    this.#plan = plan;
  }

  get isComplete(): boolean {
    return this.#constraint.isComplete(this.#state);
  }

  get isFree(): boolean {
    return this.#constraint.isFree(this.#state);
  }

  allowed(remaining: number): Uint32Array {
    if (remaining < this.#plan.length) throw tooLong(this.#plan.length, remaining);
    const mask = this.#constraint.allowed({ state: this.#state, isFirst: this.#isFirst, room: remaining - 1 });
    if (this.#plan.length === 0) return mask;
    const [id] = this.#plan;
    if ((mask[id >> 5] & (1 << (id & 31))) !== 0) return mask;
    const withPlan = mask.slice();
    withPlan[id >> 5] |= 1 << (id & 31);
    return withPlan;
  }

  advance(id: number): void {
    this.#state = this.#constraint.after(this.#state, id, this.#isFirst);
    this.#isFirst = false;
    const rest = this.#plan.length > 0 && id === this.#plan[0] ? this.#plan.slice(1) : undefined;
    this.#plan = this.isComplete || this.isFree ? [] : (rest ?? this.#constraint.planFrom(this.#state));
  }
}

/** Token costs of fixed texts from each offset, memoised by text. */
function textCosts(trie: Vocabulary['later']): (text: Uint8Array, offset: number) => number {
  const known = new Map<Uint8Array, Float64Array>();
  return (text, offset) => {
    let counts = known.get(text);
    if (counts === undefined) known.set(text, (counts = tokensFrom(trie, text)));
    return counts[offset];
  };
}

function tooLong(needed: number, got: number): AttuneError {
  return new AttuneError('E_CONSTRAINT_TOO_LONG', {
    what: 'The maximum length is too short for any answer that fits the constraint',
    got: `room for ${got} tokens`,
    expected: `at least ${needed}`,
    fix: `set max_new_tokens to ${needed} or more`,
  });
}

function nothingFits(): AttuneError {
  return new AttuneError('E_CONSTRAINT_EMPTY', {
    what: 'No answer fits the constraint',
    expected: 'a schema, expression or list that at least one text fits',
    fix: 'look for parts that contradict each other, such as a minimum above the maximum',
  });
}

function unspellable(): AttuneError {
  return new AttuneError('E_CONSTRAINT_UNSPELLABLE', {
    what: "The tokenizer's vocabulary cannot spell any answer that fits the constraint",
    expected: 'tokens for the characters that the constraint requires',
    fix: 'choose a model with a byte-level tokenizer, or other characters',
  });
}
