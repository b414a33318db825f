import { randomUUID } from 'node:crypto';
import { AttuneError, errorDocument } from '../../base/errors.ts';
import type { RunEvent } from '../../base/events.ts';
import { parseJson } from '../../files/json.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { useCases, type UseCaseName } from '../use-cases/index.ts';
import { runUseCase } from '../use-cases/library.ts';
import { fieldsOf } from '../use-cases/schema.ts';
import { asCommand, asProgram } from '../use-cases/spell.ts';
import type { UseCase } from '../use-cases/use-case.ts';
import { Feed } from './feed.ts';

/** One line of a call's log; `status` says that the state is another one, or has its result. */
export type CallLine = { event: RunEvent } | { notice: string } | { status: CallState['status'] };

export interface CallState {
  id: string;
  name: UseCaseName;
  startedAt: number;
  status: 'running' | 'finished' | 'failed' | 'stopped';
  /** The same call in a terminal and in a program. */
  command: string;
  program: string;
  result?: unknown;
  /** The result as the terminal shows it. */
  text?: string;
  /** An error as `--json` prints it. */
  error?: Record<string, unknown>;
}

interface Started {
  state: CallState;
  feed: Feed<CallLine>;
  stop: AbortController;
  /** Closes a server or review pages. */
  close?: () => Promise<void>;
}

/** Renders without colours, as into a file. */
const PLAIN = createTerminal({ write: () => undefined }, { NO_COLOR: '1' });

/** Ended calls are forgotten beyond this number, oldest first. */
const MOST_CALLS = 50;

/** Use cases started by the pages, each with a log that is read from a cursor on. They end with this process. */
export class Calls {
  readonly #calls = new Map<string, Started>();

  /** @throws AttuneError E_USAGE for a name or an input that is not one */
  async start(name: string, input: unknown): Promise<CallState> {
    if (!Object.hasOwn(useCases, name)) throw new AttuneError('E_USAGE', { what: `No use case is named ${name}` });
    const known = name as UseCaseName;
    const useCase = (await useCases[known]()).useCase as UseCase;
    const given = jsonInput(useCase, input);
    const started: Started = {
      state: {
        id: randomUUID(),
        name: known,
        startedAt: Date.now(),
        status: 'running',
        command: asCommand(name, useCase, given),
        program: asProgram(name, useCase, given),
      },
      feed: new Feed(),
      stop: new AbortController(),
    };
    this.#calls.set(started.state.id, started);
    this.#forget();
    void this.#run(started, useCase, given);
    return started.state;
  }

  /** Lines from the cursor on, once there are some, the call has ended or the time is over; undefined for an unknown id. */
  async follow(id: string, since: number, until: AbortSignal) {
    const started = this.#calls.get(id);
    if (started === undefined) return undefined;
    const isOver = started.state.status !== 'running';
    const { lines, next } = await started.feed.since(since, isOver ? AbortSignal.abort() : until);
    return { lines, next, state: started.state };
  }

  /** Those in progress, newest first. */
  list(): CallState[] {
    const states = [...this.#calls.values()].map(({ state }) => state);
    return states.filter(({ status }) => status === 'running').toReversed();
  }

  /** @returns whether there is such a call */
  async stop(id: string): Promise<boolean> {
    const started = this.#calls.get(id);
    started?.stop.abort(new Error('stopped on the page'));
    await started?.close?.();
    return started !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#calls.keys()].map((id) => this.stop(id)));
  }

  async #run(started: Started, useCase: UseCase, input: object): Promise<void> {
    const { state, feed, stop } = started;
    try {
      const result = await runUseCase(state.name, input, {
        signal: stop.signal,
        onEvent: (event) => feed.push({ event }),
        onNotice: (notice) => feed.push({ notice }),
      });
      state.result = asJson(result);
      state.text = await useCase.render?.(result, PLAIN);
      // Servers and review pages go on until they are stopped.
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

/** Refuses values that only programs can give. */
function jsonInput(useCase: UseCase, input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new AttuneError('E_USAGE', { what: 'The input is not an object' });
  const inMemory = fieldsOf(useCase).filter(({ isInMemory }) => isInMemory);
  const problems = inMemory
    .filter(({ name }) => Object.hasOwn(input, name))
    .map(({ name }) => ({ field: name, message: 'can only be given by a program' }));
  if (problems.length > 0)
    throw new AttuneError('E_USAGE', { what: 'The input has fields that no page can give', problems });
  return input as Record<string, unknown>;
}

function isOpen(result: unknown): result is { close(): Promise<void> } {
  return typeof result === 'object' && result !== null && 'close' in result && typeof result.close === 'function';
}

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : parseJson(text);
}
