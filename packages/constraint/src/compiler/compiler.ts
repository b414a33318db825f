/** Compiles constraints in threads that can be stopped, with fair scheduling between owners and a cache for each. */
import { createHash } from 'node:crypto';
import { AttuneError } from '@attune/base/errors';
import { FairTurns } from '@attune/base/fair-turns';
import { formatBytes } from '@attune/base/format';
import { Killable, moduleBeside, thread, type Silence } from '@attune/base/killable';
import { CompiledConstraint } from '../compiled-constraint.ts';
import type { ConstraintSpec } from '../spec.ts';
import type { Vocabulary } from '../tokens/vocabulary.ts';
import { tooLarge } from '../too-large.ts';
import { KeptConstraints } from './kept-constraints.ts';
import type { CompileMessage } from './protocol.ts';

/** Cost limits of one constraint. */
export interface CompileLimits {
  seconds: number;
  memoryBytes: number;
}

export const usualCompileLimits: CompileLimits = { seconds: 10, memoryBytes: 512 * 2 ** 20 };

/** Requester of a constraint. */
export interface Asking {
  /** Owner, for fair scheduling; a common one by default. */
  owner?: string;
  /** Cancels the work. */
  signal?: AbortSignal;
}

/** At most one constraint per owner at a time, so that a second owner need not wait. */
const THREADS = 2;

type Compiled = Exclude<CompileMessage, { type: 'failed' | 'begun' }>;

const IDLE_MILLISECONDS = 60_000;

/** Compiles for one vocabulary; without one, constraints are only validated. */
export class ConstraintCompiler {
  readonly #vocabulary: Vocabulary | undefined;
  readonly #limits: CompileLimits;
  readonly #turns = new FairTurns({ places: THREADS, ofOwner: 1 });
  readonly #kept = new KeptConstraints();
  /** Idle threads. */
  readonly #idle: Killable<CompileMessage>[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(vocabulary?: Vocabulary, limits: CompileLimits = usualCompileLimits) {
    this.#vocabulary = vocabulary;
    this.#limits = limits;
  }

  /** @throws errors of unsupported constraints, and the signal's reason */
  async check(spec: ConstraintSpec, asking: Asking = {}): Promise<void> {
    using _turn = await this.#turns.take({ owner: '', ...asking });
    await this.#ask(spec, asking.signal);
  }

  /** @throws errors of `check`, and E_CONSTRAINT_EMPTY, E_CONSTRAINT_UNSPELLABLE */
  async compile(spec: ConstraintSpec, { owner = '', signal }: Asking = {}): Promise<CompiledConstraint> {
    const key = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
    const known = this.#kept.get(owner, key);
    if (known !== undefined) return known;
    using _turn = await this.#turns.take({ owner, signal });
    // Another request of the same owner may have compiled it in the meantime.
    const meanwhile = this.#kept.get(owner, key);
    if (meanwhile !== undefined) return meanwhile;
    const answer = await this.#ask(spec, signal);
    if (answer.type !== 'compiled') throw new Error(`the compiler answered with ${answer.type}`);
    const constraint = new CompiledConstraint(answer.parts, this.#vocabulary!);
    this.#kept.add(owner, key, constraint);
    return constraint;
  }

  async #ask(spec: ConstraintSpec, signal?: AbortSignal): Promise<Compiled> {
    const { seconds } = this.#limits;
    clearTimeout(this.#timer);
    const compiling = this.#idle.pop() ?? this.#start();
    try {
      const heard = await compiling.ask({ spec }, { seconds, signal, isAnswer: ({ type }) => type !== 'begun' });
      if (heard.type === 'failed') throw AttuneError.fromJSON(heard.error);
      if (heard.type === 'timeout' || heard.type === 'ended') throw this.#overdrawn(heard);
      return heard as Compiled;
    } finally {
      this.#idle.push(compiling);
      this.#timer = setTimeout(() => this.stop(), IDLE_MILLISECONDS).unref();
    }
  }

  #start(): Killable<CompileMessage> {
    const options = {
      workerData: { vocabulary: this.#vocabulary?.shared() },
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.memoryBytes / 2 ** 20, maxYoungGenerationSizeMb: 32 },
    };
    return new Killable(thread(moduleBeside('./thread', import.meta.url), options));
  }

  #overdrawn(silence: Silence): Error {
    const { seconds, memoryBytes } = this.#limits;
    if (silence.type === 'timeout')
      return tooLarge('The constraint', `no result within ${seconds} s (constraint_seconds)`);
    if (silence.code === 'ERR_WORKER_OUT_OF_MEMORY')
      return tooLarge('The constraint', `more than ${formatBytes(memoryBytes)} of memory (constraint_memory)`);
    return new Error(`the thread that compiles constraints ended: ${silence.message ?? 'no reason was given'}`);
  }

  /** Stops idle threads. */
  stop(): void {
    for (const compiling of this.#idle) void compiling.stop();
  }
}
