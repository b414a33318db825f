/** Client of the studio's server. */
import type { DescribedUseCase } from '../app/studio/described-use-cases.ts';
import type { CallLine, CallState } from '../app/calls/calls.ts';
import type { RunPart } from '../app/studio/run-page.ts';
import { linesOf } from './parts/reply-lines.ts';

/** A defect of a file, with its location. */
export interface Problem {
  file?: string;
  line?: number;
  field?: string;
  message: string;
  fix?: string;
}

/** An error as sent by the server. */
export interface Failure {
  code?: string;
  what: string;
  got?: string;
  expected?: string;
  fix?: string;
  problems?: Problem[];
  problemCount?: number;
}

/** Thrown if the server rejects a request. */
export class Refused extends Error {
  readonly failure: Failure;
  readonly status: number;

  constructor(failure: Failure, status: number) {
    super(failure.what);
    this.failure = failure;
    this.status = status;
  }
}

const AWAY: Failure = { what: 'The studio does not answer', fix: 'is `attune studio` still running in the terminal?' };

export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure;
  return error instanceof TypeError ? AWAY : { what: String(error) };
}

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, init);
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { error?: Failure };
  throw new Refused(body.error ?? { what: `The server answered ${response.status}` }, response.status);
}

export async function get<Value>(path: string, signal?: AbortSignal): Promise<Value> {
  return (await (await send(path, { signal })).json()) as Value;
}

function sendJson(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return send(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

export async function post<Value>(path: string, body: unknown): Promise<Value> {
  return (await (await sendJson(path, body)).json()) as Value;
}

/** Query string of the defined values. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, one]) => (one === undefined ? [] : [[name, String(one)]]));
  return new URLSearchParams(given).toString();
}

export const startCall = (name: string, input: object) => post<CallState>('/api/calls', { name, input });
export const stopCall = (id: string) => send(`/api/calls/${id}`, { method: 'DELETE' });

let described: Promise<DescribedUseCase[]> | undefined;
export function useCases(): Promise<DescribedUseCase[]> {
  described ??= get<DescribedUseCase[]>('/api/use-cases');
  described.catch(() => (described = undefined));
  return described;
}

/** Uploads a file. @returns its path on the server */
export async function upload(file: File): Promise<string> {
  const response = await send(`/api/files?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file });
  return ((await response.json()) as { path: string }).path;
}

const PAUSE_AFTER_FAILURE = 2000;

/**
 * Polls for new lines from a cursor on until `isOver`. Resumes after the server or the network was unavailable;
 * `onAway` is called when that changes.
 */
async function follow<Part extends { next: number; pause?: number }>(
  path: (since: number) => string,
  take: (part: Part) => boolean,
  { signal, onAway }: Follow,
): Promise<void> {
  for (let since = 0, isOver = false; !isOver && !signal.aborted;) {
    try {
      const part = await get<Part>(path(since), signal);
      since = part.next;
      isOver = take(part);
      onAway(false);
      if (part.pause !== undefined && !isOver) await sleep(part.pause);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status < 500) throw error;
      onAway(true);
      await sleep(PAUSE_AFTER_FAILURE);
    }
  }
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface Follow {
  signal: AbortSignal;
  onAway(isAway: boolean): void;
}

export interface CallPart {
  lines: CallLine[];
  next: number;
  state: CallState;
}

export function followCall(id: string, take: (part: CallPart) => void, options: Follow): Promise<void> {
  const path = (since: number) => `/api/calls/${id}?since=${since}&wait`;
  return follow<CallPart>(path, (part) => (take(part), part.state.status !== 'running'), options);
}

/** A call without a view of its progress. @throws Refused */
export async function callOnce<Result>(name: string, input: object, signal: AbortSignal): Promise<Result> {
  let last = await startCall(name, input);
  await followCall(last.id, ({ state }) => (last = state), { signal, onAway: () => undefined });
  if (last.error !== undefined) throw new Refused(last.error as unknown as Failure, 400);
  return last.result as Result;
}

export function followRun(run: string, take: (part: RunPart) => void, options: Follow): Promise<void> {
  const path = (since: number) => `/api/run/page?run=${encodeURIComponent(run)}&since=${since}&wait`;
  return follow<RunPart>(path, (part) => (take(part), !part.isRunning), options);
}

/** Yields JSON lines as they arrive. */
export async function ask(
  run: string,
  body: object,
  onLine: (line: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await sendJson(`/api/run/ask?run=${encodeURIComponent(run)}`, body, signal);
  for await (const line of linesOf(response)) onLine(JSON.parse(line));
}
