// A server with fake models: their answers are known, and nothing is loaded.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hono } from 'hono';
import {
  createServer,
  settingsSchema,
  type Opener,
  type Trainer,
  type ServeSettingsInput,
  type Writer,
} from '../../../src/serving/index.ts';
import { AttuneError } from '../../../src/base/errors.ts';
import type { Registry } from '../../../src/store/registry/index.ts';

import type { KeptStore, Watcher } from '../../../src/monitoring/index.ts';
import { openLog } from '../../../src/serving/watch/log.ts';

export interface FakeOptions {
  /** The writer's answer, word by word. */
  says?: string;
  /** Milliseconds between words. */
  pause?: number;
  /** Error in place of the first word; called once per request. */
  fails?: () => Error | undefined;
  /** Error after the first word. */
  breaks?: Error;
  template?: string;
  infillStopIds?: readonly number[];
  /** Answers of models whose target contains the key. */
  saysOf?: Readonly<Record<string, string>>;
  /** Error for requests to models with this target. */
  failsOf?: (target: string) => Error | undefined;
  /** Targets that cannot be opened. */
  broken?: (target: string) => boolean;
  /** Targets whose files are unavailable. */
  missing?: (target: string) => boolean;
  registry?: Registry;
  ledger?: Registry;
  trainer?: Trainer;
  kept?: KeptStore;
  watcher?: Watcher;
}

export interface FakeState {
  /** Answers in progress. */
  open: number;
  /** Answers that were cancelled. */
  cancelled: number;
  asked: { prompts: unknown; sampling: Record<string, unknown> }[];
}

const never = new Promise<never>(() => undefined);
const VOCABULARY = 100;

function fakeWriter(
  { says = 'one two three', pause = 0, fails, breaks, template = '', infillStopIds }: FakeOptions,
  state: FakeState,
): Writer {
  return {
    description: {
      task: 'causal-lm',
      hears: false,
      sees: false,
      vocabularySize: VOCABULARY,
      maxPositions: 1000,
      stopIds: [0],
      templates: { default: template },
      infillStopIds,
    },
    async answer(prompts, sampling, { onText, onAnswer, signal }) {
      state.asked.push({ prompts, sampling: sampling as Record<string, unknown> });
      const error = fails?.();
      if (error !== undefined) throw error;
      const { n = 1, maxNewTokens = 100, logProbs } = sampling;
      state.open++;
      try {
        const words = says.match(/\S+\s*/g) ?? [];
        const kept = words.slice(0, maxNewTokens);
        const entries = kept.map((token, id) => ({ id, token, logProb: -0.5, top: [] }));
        const told = logProbs === undefined ? {} : { logProbs: entries };
        for (const [i, word] of kept.entries()) {
          if (pause > 0) await sleep(pause, undefined, { signal });
          signal?.throwIfAborted();
          if (i > 0 && breaks !== undefined) throw breaks;
          for (let row = 0; row < prompts.length * n; row++)
            onText?.(row, word, logProbs === undefined ? undefined : [entries[i]]);
        }
        const answer = {
          text: kept.join(''),
          ids: kept.map((_, i) => i),
          finishReason: kept.length < words.length ? ('length' as const) : ('stop' as const),
          usage: { prompt: 5, shared: 2, answer: kept.length },
          ...told,
        };
        for (const prompt of prompts.keys())
          onAnswer?.(
            prompt,
            Array.from({ length: n }, () => answer),
          );
        return prompts.flatMap(() => Array.from({ length: n }, () => answer));
      } catch (caught) {
        state.cancelled++;
        throw signal?.aborted === true ? signal.reason : caught;
      } finally {
        state.open--;
      }
    },
    ask: (question) => Promise.resolve(replyTo(question) as never),
    asTrained: (prompt) => prompt,
    install: () => Promise.resolve(fakeWriter({ says, pause, fails, breaks, template }, state)),
    close: () => Promise.resolve(),
    ended: never,
  };
}

function replyTo(question: Parameters<Writer['ask']>[0]): unknown {
  if (question.ask === 'tokens') return { tokens: question.prompts.map(() => Int32Array.of(1, 2, 3)) };
  if (question.ask === 'decisions') {
    const decisions = question.questions.map(({ options }) => ({
      probabilities: options.map((_, i) => (i === 0 ? 0.75 : 0.25 / (options.length - 1))),
    }));
    return { decisions, tokens: 12 };
  }
  if (question.ask === 'texts') return { texts: question.ids.map((ids) => ids.join(' ')) };
  const token = { id: 1, token: 'a', logProb: -1, top: [{ id: 2, token: 'b', logProb: -0.5 }] };
  return { promptTokens: [{ id: 0, token: 'x' }, token] };
}

function fakeOpener(options: FakeOptions, state: FakeState): Opener {
  return {
    inspect: (target) => {
      if (options.missing?.(target) === true)
        return Promise.reject(new AttuneError('E_MODEL_MISSING', { what: 'It is away' }));
      const kind = (['speech', 'rows', 'vectors', 'items'] as const).find((name) => target.includes(name)) ?? 'text';
      const base = target.includes('adapter') ? { baseFolder: '/models/text', baseBytes: 10 } : {};
      return Promise.resolve({ kind, task: 'causal-lm', folder: `/models/${target}`, bytes: 10, created: 1, ...base });
    },
    open: (kind, { target }) => {
      if (options.broken?.(target) === true) return Promise.reject(new Error('cannot be opened'));
      const shared = { close: () => Promise.resolve(), ended: never };
      const models = {
        text: fakeWriter({ ...options, says: saidBy(options, target), fails: failureOf(options, target) }, state),
        speech: fakeWriter(options, state),
        rows: {
          ...shared,
          answers: 'label' as const,
          labels: ['no', 'yes'],
          predict: (rows: readonly unknown[]) =>
            Promise.resolve({
              tokens: rows.length,
              rows: rows.map(() => ({ prediction: 'yes', probability: 0.75, probabilities: { yes: 0.75, no: 0.25 } })),
            }),
        },
        vectors: {
          ...shared,
          width: 2,
          similarity: 'cosine' as const,
          vectors: (inputs: readonly unknown[]) =>
            Promise.resolve({
              tokens: inputs.length,
              cut: [],
              vectors: Float32Array.from(inputs.flatMap((_, i) => [0.5 + i, -0.25])),
            }),
        },
        items: {
          ...shared,
          recommend: (rows: readonly unknown[]) =>
            Promise.resolve(rows.map(() => ({ items: [{ item: 'tea', score: 1 }] }))),
        },
      };
      return Promise.resolve(models[kind] as never);
    },
  };
}

function failureOf({ fails, failsOf }: FakeOptions, target: string): FakeOptions['fails'] {
  return failsOf === undefined ? fails : () => failsOf(target);
}

function saidBy({ says, saysOf = {} }: FakeOptions, target: string): string | undefined {
  return Object.entries(saysOf).find(([part]) => target.includes(part))?.[1] ?? says;
}

export interface FakeServer {
  app: Hono;
  state: FakeState;
  log: Record<string, unknown>[];
  parts: Awaited<ReturnType<typeof createServer>>['parts'];
  close(): Promise<void>;
  send(path: string, body?: unknown, init?: RequestInit & { raw?: string }): Promise<Response>;
}

export const NAMES = ['text', 'speech', 'rows', 'vectors', 'items'];

export async function fakeServer(settings: ServeSettingsInput = {}, options: FakeOptions = {}): Promise<FakeServer> {
  const state: FakeState = { open: 0, cancelled: 0, asked: [] };
  const log: Record<string, unknown>[] = [];
  const { app, parts, close, warm } = await createServer({
    settings: settingsSchema.parse({ models: NAMES, ...settings }),
    opener: fakeOpener(options, state),
    memory: 1000,
    registry: options.registry,
    ledger: options.ledger ?? options.registry,
    trainer: options.trainer,
    kept: options.kept,
    watcher: options.watcher,
    log: openLog('debug', { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) }),
  });
  await warm();
  return {
    app,
    state,
    log,
    parts,
    close,
    async send(path, body, { raw, ...init } = {}) {
      const sent = body !== undefined || raw !== undefined;
      const headers = {
        host: '127.0.0.1:8000',
        ...(sent && { 'content-type': 'application/json' }),
        ...(init.headers as Record<string, string> | undefined),
      };
      return app.request(`http://127.0.0.1:8000${path}`, {
        method: sent ? 'POST' : 'GET',
        ...init,
        headers,
        body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      });
    },
  };
}
