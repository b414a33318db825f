import { randomUUID } from 'node:crypto';
import { AttuneError, errorDocument } from '../../base/errors.ts';
import type { RunEvent } from '../../base/events.ts';
import { parseJson } from '../../files/json.ts';
import { auditCall } from '../access/audit-call.ts';
import { confine, type NamedCall } from '../access/confine.ts';
import { requireScopes, scopesOf, type Caller } from '../access/scopes.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { useCases, type UseCaseName } from '../use-cases/index.ts';
import { runUseCase } from '../use-cases/library.ts';
import { fieldsOf } from '../use-cases/schema.ts';
import { asCommand, asProgram } from '../use-cases/spell.ts';
import type { UseCase } from '../use-cases/use-case.ts';
import { Feed } from './feed.ts';

/** One line of a call's log; `status` announces a new state or the result. */
export type CallLine = { event: RunEvent } | { notice: string } | { status: CallState['status'] };

export interface CallState {
  id: string;
  name: UseCaseName;
  startedAt: number;
  status: 'running' | 'finished' | 'failed' | 'stopped';
  /** Command and program that make the same call. */
  command: string;
  program: string;
  result?: unknown;
  /** The result as printed in a terminal. */
  text?: string;
  /** An error as `--json` prints it. */
  error?: Record<string, unknown>;
}

interface Started extends NamedCall {
  state: CallState;
  feed: Feed<CallLine>;
  stop: AbortController;
  /** Aborted when this process ends; a training run then continues on its own. */
  leave: AbortController;
  /** Closes a server or the pages of a review. */
  close?: () => Promise<void>;
}

/** Origin of a call, for the audit log. */
interface Origin {
  via: string;
  /** Id of the approval that allowed it. */
  approval?: string;
}

/** Renders without colours, as for a file. */
const PLAIN = createTerminal({ write: () => undefined }, { NO_COLOR: '1' });

/** Maximum number of ended calls to keep; the oldest are dropped. */
const MOST_CALLS = 50;

/**
 * Calls of use cases from pages and agents. Each has a log that can be read from any cursor. Calls end with this
 * process, except for training runs, which have their own process.
 */
export class Calls {
  readonly #calls = new Map<string, Started>();

  /** @throws AttuneError E_USAGE for an unknown name or an invalid input, E_SCOPE */
  async start(name: string, input: unknown, caller: Caller, { via, approval }: Origin): Promise<CallState> {
    const call = queued(await readCall(name, input));
    requireScopes(`\`attune ${name}\``, scopesOf(call.useCase), caller);
    if (caller.folders !== undefined) await confine(call, caller.folders);
    if (caller.isAudited) await auditCall(caller, { ...call, via, approval });
    const started: Started = {
      ...call,
      state: {
        id: randomUUID(),
        name: call.name,
        startedAt: Date.now(),
        status: 'running',
        command: asCommand(name, call.useCase, call.input),
        program: asProgram(name, call.useCase, call.input),
      },
      feed: new Feed(),
      stop: new AbortController(),
      leave: new AbortController(),
    };
    this.#calls.set(started.state.id, started);
    this.#forget();
    void this.#run(started);
    return started.state;
  }

  /**
   * Lines from the cursor on. Waits until there is one, the call has ended, or `until` is aborted. Undefined for an
   * unknown id.
   * @throws AttuneError E_SCOPE
   */
  async follow(id: string, caller: Caller, { since, until }: { since: number; until: AbortSignal }) {
    const started = this.#of(id, caller);
    if (started === undefined) return undefined;
    const isOver = started.state.status !== 'running';
    const { lines, next } = await started.feed.since(since, isOver ? AbortSignal.abort() : until);
    return { lines, next, state: started.state };
  }

  /** Calls in progress that the caller has the right to make, newest first. */
  list({ scopes }: Caller): CallState[] {
    const seen = [...this.#calls.values()].filter(({ useCase }) =>
      scopesOf(useCase).every((scope) => scopes.includes(scope)),
    );
    return seen
      .map(({ state }) => state)
      .filter(({ status }) => status === 'running')
      .toReversed();
  }

  /** @returns whether the call exists @throws AttuneError E_SCOPE */
  async stop(id: string, caller: Caller): Promise<boolean> {
    const started = this.#of(id, caller);
    if (started !== undefined) await end(started);
    return started !== undefined;
  }

  /** Ends all calls except training runs, which continue on their own. */
  async close(): Promise<void> {
    const all = [...this.#calls.values()];
    for (const { leave } of all) leave.abort();
    await Promise.all(all.map(async (started) => (canLeave(started.useCase) ? undefined : end(started))));
  }

  #of(id: string, caller: Caller): Started | undefined {
    const started = this.#calls.get(id);
    if (started !== undefined) requireScopes(`A call of \`attune ${started.name}\``, scopesOf(started.useCase), caller);
    return started;
  }

  async #run(started: Started): Promise<void> {
    const { state, feed, stop, leave, useCase, input } = started;
    try {
      const given = canLeave(useCase) && input.detach !== true ? { ...input, leave: leave.signal } : input;
      const result = await runUseCase(state.name, given, {
        signal: stop.signal,
        onEvent: (event) => feed.push({ event }),
        onNotice: (notice) => feed.push({ notice }),
      });
      state.result = asJson(result);
      state.text = await useCase.render?.(shown(result), PLAIN);
      // Servers and review pages run until they are stopped.
      if (useCase.effects.includes('listens') && isOpen(result)) {
        started.close = () => this.#shut(started, result);
        if (stop.signal.aborted) await started.close();
      } else state.status = 'finished';
    } catch (error) {
      state.status = stop.signal.aborted ? 'stopped' : 'failed';
      if (!stop.signal.aborted) state.error = errorDocument(error);
    }
    feed.push({ status: state.status });
  }

  async #shut(started: Started, open: { close(): Promise<void> }): Promise<void> {
    started.close = undefined;
    await open.close();
    started.state.status = 'stopped';
    started.feed.push({ status: 'stopped' });
  }

  #forget(): void {
    const ended = [...this.#calls].filter(([, { state }]) => state.status !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, this.#calls.size - MOST_CALLS))) this.#calls.delete(id);
  }
}

/** Queues training runs, since pages and agents start several at a time. */
function queued(call: NamedCall): NamedCall {
  if (!canLeave(call.useCase) || call.input.dryRun === true || call.input.queue !== undefined) return call;
  return { ...call, input: { ...call.input, queue: true } };
}

async function end({ stop, close }: Started): Promise<void> {
  stop.abort(new Error('stopped by its caller'));
  await close?.();
}

/** Whether the use case has an option that lets a training continue when this process ends. */
export function canLeave(useCase: UseCase): boolean {
  return fieldsOf(useCase).some(({ name }) => name === 'leave');
}

/** @throws AttuneError E_USAGE for an unknown name, or values that only programs can pass */
export async function readCall(name: string, input: unknown): Promise<NamedCall> {
  if (!Object.hasOwn(useCases, name)) throw new AttuneError('E_USAGE', { what: `No use case is named ${name}` });
  const known = name as UseCaseName;
  const useCase = (await useCases[known]()).useCase as UseCase;
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new AttuneError('E_USAGE', { what: 'The input is not an object' });
  const problems = fieldsOf(useCase)
    .filter(({ isInMemory, name: field }) => isInMemory && Object.hasOwn(input, field))
    .map(({ name: field }) => ({ field, message: 'can only be passed by a program' }));
  if (problems.length > 0)
    throw new AttuneError('E_USAGE', { what: 'The input has fields that only programs can pass', problems });
  return { name: known, useCase, input: input as Record<string, unknown> };
}

function isOpen(result: unknown): result is { close(): Promise<void> } {
  return typeof result === 'object' && result !== null && 'close' in result && typeof result.close === 'function';
}

/** Unwraps a run, so that pages show what a command prints. */
function shown(result: unknown): unknown {
  const isWrapped = typeof result === 'object' && result !== null && 'toJSON' in result;
  return isWrapped ? (result as { toJSON(): unknown }).toJSON() : result;
}

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : parseJson(text);
}
