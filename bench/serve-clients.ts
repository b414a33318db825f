/** Clients of an OpenAI-compatible server: they stream over HTTP and measure wall time. */
import { randomUint32 } from '../src/base/random.ts';
import { processorSeconds } from '../tools/stress/process-usage.ts';

/** A server in a separate process. */
export interface Served {
  name: string;
  /** Ends in /v1. */
  url: string;
  pid: number;
}

export interface Work {
  /** The model for each request, in order. */
  models: readonly string[];
  /** Number of concurrent requests. */
  clients: number;
  promptTokens: number;
  newTokens: number;
  vocabulary: number;
  /** Sends prompts as texts with half as many words instead of tokens. */
  isText?: boolean;
}

export interface Found {
  tokens: number;
  /** Wall time in seconds. */
  wall: number;
  /** Processor time of the server's processes in seconds. */
  cpu: number;
  /** For each request, milliseconds to the first text. */
  firsts: number[];
}

let made = 0;

/**
 * Sends the requests; each client sends its next one when an answer is complete. @throws Error for a status other than
 * 200
 */
export async function measure({ url, pid }: Served, work: Work): Promise<Found> {
  const { models, clients, newTokens } = work;
  const firsts: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < models.length) firsts.push(await ask(url, bodyOf(models[next++], work)));
  };
  const [start, before] = [performance.now(), processorSeconds(pid)];
  await Promise.all(Array.from({ length: Math.min(clients, models.length) }, client));
  const [wall, cpu] = [(performance.now() - start) / 1000, processorSeconds(pid) - before];
  return { tokens: models.length * newTokens, wall, cpu, firsts };
}

/** Random tokens, so that no prefix is cached. */
function bodyOf(model: string, { promptTokens, newTokens, vocabulary, isText }: Work): Record<string, unknown> {
  made++;
  const prompt = Array.from({ length: promptTokens }, (_, i) => randomUint32([made, 'serve', 0], i) % vocabulary);
  const words = prompt.slice(0, promptTokens / 2).map((token) => `word${token}`);
  const asked = isText === true ? words.join(' ') : prompt;
  return { model, prompt: asked, max_tokens: newTokens, ignore_eos: true, temperature: 0, stream: true };
}

/** @returns milliseconds to the first text */
async function ask(url: string, body: Record<string, unknown>): Promise<number> {
  const start = performance.now();
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${url}/completions`, init).catch((error: Error) => {
    throw new Error(`${url} did not answer: ${String(error.cause ?? error)}`);
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  let first: number | undefined;
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    if (/"text":"[^"]/.test(part)) first ??= performance.now() - start;
  }
  return first ?? performance.now() - start;
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
