/** All signals; a new one is one entry here. */
import { hashWord } from '../../data/shingles.ts';
import { isJson } from '../../files/json.ts';
import { askedText, type ServedAnswer } from '../trace.ts';
import { asked_again } from './asked-again.ts';
import type { SignalContext } from './context.ts';
import { copied_training } from './copied-training.ts';
import { injection } from './injection.ts';
import { language, language_switch } from './language.ts';
import { isRefusal } from './refusal.ts';
import { isRepetitive } from './repetition.ts';
import type { Signal } from './signal.ts';
import { system_prompt } from './system-prompt.ts';
import { unusual_text } from './unusual-text.ts';

export { RecentRequests } from './asked-again.ts';
export type { SignalContext } from './context.ts';
export { binOf, binsOf, rankedBinOf, valueOfBin, type Signal } from './signal.ts';
export { BUCKETS, countWords } from './words.ts';

/** Measures a signal on answers that have text. */
function ofText(measure: (answer: string, served: ServedAnswer) => boolean | undefined): Signal['of'] {
  return (served) => {
    const found = served.answer === undefined ? undefined : measure(served.answer, served);
    return found === undefined ? undefined : Number(found);
  };
}

/** Other load on the machine, or a few more clients, make answers somewhat slower, so only a factor of two counts. */
const SLOWER = { times: 2, more: 250 };

const VERSION = 'the current version';
const ROLL_BACK = 'roll back to the previous version; look at the sample answers';

export const signals = {
  refusal: {
    title: 'answers that refuse',
    kind: 'share',
    directions: ['up'],
    of: ofText(isRefusal),
    cause: VERSION,
    action: ROLL_BACK,
  },
  runaway: {
    title: 'answers cut off at their limit',
    kind: 'share',
    directions: ['up'],
    of: ({ finish }) => (finish === undefined ? undefined : Number(finish === 'length')),
    cause: 'a template or end of turn that the version was not trained with, or a lower max_tokens',
    action: ROLL_BACK,
  },
  repetition: {
    title: 'answers that repeat themselves',
    kind: 'share',
    directions: ['up'],
    of: ofText(isRepetitive),
    cause: 'sampling settings (temperature 0, penalties), or too much training',
    action: ROLL_BACK,
  },
  empty: {
    title: 'empty answers',
    kind: 'share',
    directions: ['up'],
    of: ofText((answer, { finish }) => (finish === 'tool_calls' ? undefined : answer.trim() === '')),
    cause: VERSION,
    action: ROLL_BACK,
  },
  schema_failure: {
    title: 'answers that are not the requested JSON',
    kind: 'share',
    directions: ['up'],
    of: ofText((answer, { wantsJson }) => (wantsJson === true ? !isJson(answer) : undefined)),
    cause: 'answers cut off at their limit, or schemas that cannot be enforced',
    action: 'raise max_tokens; look at the sample answers',
  },
  tool_failure: {
    title: 'invalid tool calls',
    kind: 'share',
    directions: ['up'],
    of: ofText((answer, { hasTools, finish }) =>
      hasTools === true
        ? finish !== 'tool_calls' && /^\s*(?:<tool_call>|<function=|\{\s*"name"\s*:)/.test(answer)
        : undefined,
    ),
    cause: VERSION,
    action: ROLL_BACK,
  },
  copied_prompt: {
    title: 'answers that repeat the request',
    kind: 'share',
    directions: ['up'],
    of: ofText((answer, { prompt }) => copies(answer, askedText(prompt))),
    cause: VERSION,
    action: ROLL_BACK,
  },
  error: {
    title: 'requests that failed on the server',
    kind: 'share',
    directions: ['up'],
    of: ({ status }) => Number(status >= 500),
    cause: 'the server or its machine',
    action: 'read the server’s log',
  },
  cancelled: {
    title: 'requests cancelled by clients',
    kind: 'share',
    directions: ['up'],
    of: ({ status }) => Number(status === 499),
    cause: 'slow answers, or a client’s timeout',
    action: 'check the times; give the server more cores or fewer models',
  },
  prompt_tokens: {
    title: 'tokens per request',
    kind: 'amount',
    scale: 'log',
    directions: ['up', 'down'],
    of: ({ promptTokens }) => promptTokens,
    cause: 'different requests from before',
    action: 'review a sample of the requests; collect similar rows',
  },
  answer_tokens: {
    title: 'tokens per answer',
    kind: 'amount',
    scale: 'log',
    directions: ['up', 'down'],
    of: ({ answerTokens, answer }) => (answer === undefined ? undefined : answerTokens),
    cause: 'different requests from before, or the current version',
    action: 'review a sample of the answers',
  },
  milliseconds: {
    title: 'milliseconds per answer',
    kind: 'amount',
    scale: 'log',
    directions: ['up'],
    floor: SLOWER,
    of: ({ milliseconds, status }) => (status === 200 ? milliseconds : undefined),
    cause: 'more concurrent requests, longer ones, or the machine',
    action: 'check the queue in /metrics; give the server more cores or fewer models',
  },
  confidence: {
    title: 'confidence of answers',
    kind: 'amount',
    scale: 'unit',
    directions: ['up', 'down'],
    of: ({ confidence }) => confidence,
    cause: 'requests that the version was not trained for',
    action: 'review the answers with the lowest confidence; collect similar rows',
  },
  first_part: {
    title: 'milliseconds to the first part of an answer',
    kind: 'amount',
    scale: 'log',
    directions: ['up'],
    floor: SLOWER,
    of: ({ firstPart }) => firstPart,
    cause: 'more concurrent requests, longer ones, or the machine',
    action: 'check the queue in /metrics; give the server more cores or fewer models',
  },
  language,
  language_switch,
  unusual_text,
  system_prompt,
  injection,
  copied_training,
  asked_again,
} satisfies Record<string, Signal>;

export type SignalName = keyof typeof signals;

export const signalNames = Object.keys(signals) as SignalName[];

export type SignalValues = Partial<Record<SignalName, number>>;

/** Expensive signals are measured on one in this many answers. */
const SAMPLED = 4;

export function measure(answer: ServedAnswer, context: SignalContext = {}): SignalValues {
  const values: SignalValues = {};
  const isSampled = hashWord(answer.id) % SAMPLED === 0;
  for (const name of signalNames) {
    const signal: Signal = signals[name];
    if (signal.isSampled === true && !isSampled) continue;
    const value = signal.of(answer, context);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

const LEAST_COPIED = 40;

/** Whether the answer contains the first half of a long request word for word. */
function copies(answer: string, asked: string): boolean | undefined {
  if (asked.length < LEAST_COPIED) return undefined;
  return answer.includes(asked.slice(0, Math.max(LEAST_COPIED, Math.min(400, asked.length / 2))));
}
