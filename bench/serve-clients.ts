/** Clients that ask an OpenAI-compatible server as one would: streams over HTTP, and what their clock says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { randomUint32 } from '../src/base/random.ts';

/** A server in a process of its own. */
export interface Served {
  name: string;
  /** Ends in /v1. */
  url: string;
  pid: number;
}

export interface Work {
  /** The model of each request, in order. */
  models: readonly string[];
  /** Requests in flight at once. */
  clients: number;
  promptTokens: number;
  newTokens: number;
  vocabulary: number;
}

export interface Found {
  tokens: number;
  /** Seconds by the clock. */
  wall: number;
  /** Seconds of the processors, of the server's processes. */
  cpu: number;
  /** Milliseconds of each request until its first text. */
  firsts: number[];
}

let made = 0;

/** Sends the requests, each client its next one when an answer is complete. @throws Error for a status other than 200 */
export async function measure({ url, pid }: Served, work: Work): Promise<Found> {
  const { models, clients, newTokens } = work;
  const firsts: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < models.length) firsts.push(await ask(url, bodyOf(models[next++], work)));
  };
  const [start, before] = [performance.now(), secondsOf(pid)];
  await Promise.all(Array.from({ length: Math.min(clients, models.length) }, client));
  const [wall, cpu] = [(performance.now() - start) / 1000, secondsOf(pid) - before];
  return { tokens: models.length * newTokens, wall, cpu, firsts };
}

/** Tokens that nobody sent before, so that no prefix is known. */
function bodyOf(model: string, { promptTokens, newTokens, vocabulary }: Work): Record<string, unknown> {
  made++;
  const prompt = Array.from({ length: promptTokens }, (_, i) => randomUint32([made, 'serve', 0], i) % vocabulary);
  return { model, prompt, max_tokens: newTokens, ignore_eos: true, temperature: 0, stream: true };
}

/** @returns milliseconds until the first text */
async function ask(url: string, body: Record<string, unknown>): Promise<number> {
  const start = performance.now();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/completions`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  let first: number | undefined;
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    if (/"text":"[^"]/.test(part)) first ??= performance.now() - start;
  }
  return first ?? performance.now() - start;
}

const TICKS_PER_SECOND = 100;

/** Processor time of a process and of all that it started and that still run. */
function secondsOf(pid: number): number {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const stats = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? statOf(name) : []));
  const family = new Set([pid]);
  // Parents may have larger numbers than their children.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { own, parent } of stats) if (family.has(parent)) family.add(own);
  }
  return stats.filter(({ own }) => family.has(own)).reduce((sum, { seconds }) => sum + seconds, 0);
}

function statOf(name: string): { own: number; parent: number; seconds: number }[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime stime
    const [user, system] = rest.slice(9, 11).map(Number);
    return [{ own: Number(name), parent: Number(parent), seconds: (user + system) / TICKS_PER_SECOND }];
  } catch {
    return []; // it has ended meanwhile
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
