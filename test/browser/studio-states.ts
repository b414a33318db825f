import type { Page, Route } from 'playwright-core';
import type { CallState } from '../../src/app/calls/calls.ts';
import type { KnownModels } from '../../src/app/models.ts';
import type { ImprovementStatus } from '../../src/app/improve/improve.ts';
import type { Monitored } from '../../src/app/use-cases/monitor.ts';
import type { Advised } from '../../src/app/use-cases/advise.ts';
import type { AnswerList } from '../../src/serving/endpoints/answers.ts';

/** State of use-case calls on a screen; `own` leaves the calls to the server. */
export type State = 'own' | 'running' | 'failed' | 'filled';

/** Replies to calls of use cases in place of the studio. `results` are for the state `filled`. */
export async function answerCalls(page: Page, state: State, results: Readonly<Record<string, unknown>>): Promise<void> {
  await page.unroute('**/api/calls**');
  if (state === 'own') return;
  await page.route('**/api/calls**', async (route) => {
    if (state === 'filled' && !isListing(route) && !isKnown(route, results)) return route.fallback();
    await route.fulfill({ json: replyTo(route, state, results) });
  });
}

/** Name of the called use case; ids of calls contain it. */
function nameOf(route: Route): string {
  if (route.request().method() === 'POST') return (route.request().postDataJSON() as { name: string }).name;
  return decodeURIComponent(new URL(route.request().url()).pathname.split('/').at(-1)!);
}

function isListing(route: Route): boolean {
  return route.request().method() === 'GET' && route.request().url().endsWith('/api/calls');
}

function isKnown(route: Route, results: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(results, nameOf(route));
}

function replyTo(route: Route, state: State, results: Readonly<Record<string, unknown>>): object {
  const name = nameOf(route);
  const call: CallState = {
    id: encodeURIComponent(name),
    name: name as CallState['name'],
    startedAt: 0,
    status: ({ running: 'running', failed: 'failed', filled: 'finished', own: 'finished' } as const)[state],
    command: `attune ${name}`,
    program: `await ${name}()`,
    ...(state === 'failed' && { error: FAULT }),
    ...(state === 'filled' && { result: results[name], text: `text of ${name}` }),
  };
  if (isListing(route)) return state === 'filled' ? [SERVED] : [];
  if (route.request().url().endsWith('/api/calls')) return call;
  const lines = [{ event: { type: 'work-advanced', phase: 'data', done: 3, total: 10, unit: 'rows' } }];
  // The page polls again after the pause, which outlasts the test.
  return { lines, next: 1, state: call, pause: 600_000 };
}

/** A running server of this studio. */
const SERVED: CallState = {
  id: 'serve',
  name: 'serve',
  startedAt: 0,
  status: 'running',
  command: 'attune serve --registry',
  program: 'await serve({ registry: true })',
  result: { url: 'http://127.0.0.1:49152', models: ['base', 'tickets-of-the-support-team'] },
};

const FAULT = {
  code: 'E_BAD_ROWS',
  what: 'Some rows of /a/very/long/folder/with/names/that/do/not/break/anywhere/rows.jsonl cannot be used',
  got: 'a number',
  expected: 'a text',
  fix: 'correct them',
  problems: Array.from({ length: 25 }, (_, line) => ({
    file: 'rows.jsonl',
    line,
    field: 'text',
    message: 'is missing',
  })),
  problemCount: 400,
};

const trial: NonNullable<KnownModels['registered'][number]['trial']> = {
  id: 1,
  model: 'tickets',
  version: 2,
  from: 1,
  stage: 'canary',
  share: 0.1,
  shadowPairs: 0,
  bakeMs: 7_200_000,
  guards: ['error_rate<1%'],
  counts: { requests: 41, pairs: 12, equal: 10, guards: {} },
  startedAt: 0,
  stageAt: 0,
  by: 'anna',
};

const knownModels: KnownModels = {
  own: { name: 'attune-base', folder: '/models/attune-base' },
  models: [],
  registered: [
    { name: 'tickets', champion: 1, challenger: 2, trial },
    { name: 'letters', challenger: 1 },
    { name: 'orders', champion: 3, challenger: 4 },
  ],
  modelTypes: [],
};

const alarm: Monitored['versions'][number]['alarms'][number] = {
  id: 'alarm-1',
  model: 'tickets',
  version: '2',
  signal: 'refusal',
  message: 'refusals rose from 1.0 % to 9.0 % of answers',
  eValue: 1000,
  samples: ['a', 'b'],
  cause: 'other requests',
  action: 'Look at the examples.',
  openedAt: 0,
  about: 'answers',
  signals: ['refusal'],
  alarms: [],
};

const points = [0, 100, 200, 300].map((answers) => ({ answers, value: answers / 1000 }));
const monitored: Monitored = {
  versions: [
    {
      model: 'tickets',
      version: '2',
      answers: 300,
      first: 0,
      last: 1e9,
      missing: 0,
      period: { from: 0, answers: 300 },
      signals: [],
      feedback: { up: 3, down: 1, scores: 0, labels: 2, corrections: 1 },
      alarms: [{ ...alarm, alarms: [alarm, alarm] }],
      series: { refusal: points } as unknown as Monitored['versions'][number]['series'],
    },
  ],
};

const answers: AnswerList = {
  object: 'list',
  data: ['a', 'b'].map((id) => ({
    id,
    object: 'answer',
    created_at: 0,
    model: 'tickets',
    version: '2',
    operation: 'chat',
    key: null,
    status: 200,
    milliseconds: 12,
    label: null,
    confidence: 0.4,
    flags: ['refusal'],
    asked: 'Where is my parcel? '.repeat(20),
    said: 'I cannot say.',
    feedback: [],
  })),
  has_more: false,
  next: null,
  searched_all: true,
};

const loop: ImprovementStatus = {
  model: 'tickets',
  folder: 'improve/tickets',
  cycle: 1,
  state: 'review',
  decisions: [
    { number: 1, at: '2026-12-01T05:00:00Z', cycle: 1, state: 'quarantine', reason: '212 rows', facts: {} },
    { number: 2, at: '2026-12-01T05:01:00Z', cycle: 1, state: 'review', reason: '210 accepted, 2 held', facts: {} },
  ],
  held: { 1: [{ id: 'a', check: 'injection', reason: 'tries to overrule its instructions' }] },
};

/** Results by use case, with everything that screens can show. */
export const FILLED: Readonly<Record<string, unknown>> = {
  'models list': knownModels,
  monitor: monitored,
  'answers list': answers,
  'improve explain': loop,
  advise: { curve: { system: 'tfidf', points: [], forecast: [] }, comparison: { metrics: [] } } as unknown as Advised,
};
