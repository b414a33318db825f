import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readJson, writeJson } from '../src/files/json.ts';
import { randomUint32 } from '../src/base/random.ts';
import type { ServedAnswer } from '../src/monitoring/index.ts';
import { Watcher } from '../src/monitoring/watcher.ts';
import { processorSeconds } from '../tools/stress/process-usage.ts';
import { measure, quantile, type Served } from './serve-clients.ts';
import { startServer, type Started } from './serve-process.ts';

const options = {
  model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
  rounds: { type: 'string', default: '7' },
  requests: { type: 'string', default: '24' },
  tokens: { type: 'string', default: '64' },
  threads: { type: 'string', default: '1' },
  traces: { type: 'string', default: '10000' },
} as const;

const CLIENTS = 8;
const PROMPT = 64;
/** Answers are written to the traces within half a second. */
const WRITTEN = 800;

/** Cost of monitoring: servers with and without it in alternation, and tracing alone. @returns the exit code */
export async function benchWatch(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  const folder = mkdtempSync(join(tmpdir(), 'attune-watch-'));
  try {
    await traceRate(folder, Number(values.traces));
    await serving(folder, values);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

/** Answers measured, tested and written, without a server. */
async function traceRate(folder: string, count: number): Promise<void> {
  const watcher = await Watcher.open({
    folder: join(folder, 'traces'),
    keep: 'counts',
    retention: 30,
    feedbackRetention: 365,
    onFailure: (what, error) => console.error(what, error),
  });
  const answers = Array.from({ length: count }, (_, i) => servedAnswer(i, count));
  const before = process.cpuUsage();
  for (const [i, answer] of answers.entries()) {
    watcher.observe(answer);
    if (i % 500 === 499) await watcher.flush();
  }
  await watcher.flush();
  const { user, system } = process.cpuUsage(before);
  await watcher.close();
  console.log(
    `${Math.round((count * 1e6) / (user + system))} traces in a processor second (${count} answers, ${watcher.lost} lost)`,
  );
}

function servedAnswer(i: number, count: number): ServedAnswer {
  return {
    choice: 0,
    model: 'tickets',
    version: 'tickets@1',
    operation: 'chat',
    status: 200,
    id: `chatcmpl-${i}`,
    at: Date.now(),
    milliseconds: 100 + (i % 50),
    prompt: textOf(i, 40),
    answer: textOf(count + i, 60),
    promptTokens: 60,
    answerTokens: 80,
    finish: 'stop',
  };
}

function textOf(seed: number, words: number): string {
  return Array.from({ length: words }, (_, i) => `word${randomUint32([seed, 'bench text'], i) % 800}`).join(' ');
}

async function serving(
  folder: string,
  values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'],
): Promise<void> {
  const servers: Record<string, Started> = {};
  const spent: Record<string, number[]> = { watched: [], unwatched: [] };
  try {
    for (const name of Object.keys(spent)) {
      const config = join(folder, `${name}.yaml`);
      const models = [{ name: 'base', target: values.model }];
      writeJson(config, { models, port: 0, monitor: name === 'watched', log: 'error' });
      servers[name] = await startServer(name, { config, threads: values.threads!, home: join(folder, name) });
    }
    for (let round = -1; round < Number(values.rounds); round++)
      for (const [name, server] of Object.entries(servers)) {
        const cpu = await costOf(server, values);
        if (round >= 0) spent[name].push(cpu);
      }
  } finally {
    for (const one of Object.values(servers)) one.close();
  }
  const shares = spent.watched.map((cpu, round) => cpu / spent.unwatched[round] - 1);
  const [least, middle, most] = [0, 0.5, 1].map((part) => percent(quantile(shares, part)));
  const sums = Object.entries(spent).map(([name, all]) => `${name} ${sum(all).toFixed(2)} s`);
  console.log(
    `${values.requests} requests of ${PROMPT} + ${values.tokens} tokens a round, ${values.rounds} rounds in turns`,
  );
  console.log(`watching costs ${middle} of serving's processor time (rounds ${least} to ${most}; ${sums.join(', ')})`);
}

async function costOf(server: Served, values: { model?: string; requests?: string; tokens?: string }): Promise<number> {
  const { vocab_size: vocabulary } = readJson<{ vocab_size: number }>(join(values.model!, 'config.json'));
  const models = Array.from({ length: Number(values.requests) }, () => 'base');
  const before = processorSeconds(server.pid);
  const shape = { promptTokens: PROMPT, newTokens: Number(values.tokens), vocabulary, isText: true };
  await measure(server, { ...shape, models, clients: CLIENTS });
  await sleep(WRITTEN);
  return processorSeconds(server.pid) - before;
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
