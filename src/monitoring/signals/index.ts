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

/** Signal of an answer with text. */
function ofText(measure: (answer: string, served: ServedAnswer) => boolean | undefined): Signal['of'] {
  return (served) => {
    const found = served.answer === undefined ? undefined : measure(served.answer, served);
    return found === undefined ? undefined : Number(found);
  };
}

/** Other load on the machine, or a few more clients, make answers somewhat slower: only a factor of two counts. */
const SLOWER = { times: 2, more: 250 };

const VERSION = 'the version that answers';
const ROLL_BACK = 'roll back to the version before; look at the sample answers';

export const signals = {
  refusal: {
    title: 'answers that decline',
    kind: 'share',
    directions: ['up'],
    of: ofText(isRefusal),
    cause: VERSION,
    action: ROLL_BACK,
  },
  runaway: {
    title: 'answers cut at their longest',
    kind: 'share',
    directions: ['up'],
    of: ({ finish }) => (finish === undefined ? undefined : Number(finish === 'length')),
    cause: 'a template or end of turn that the version was not trained with, or smaller max_tokens',
    action: ROLL_BACK,
  },
  repetition: {
    title: 'answers that repeat themselves',
    kind: 'share',
    directions: ['up'],
    of: ofText(isRepetitive),
    cause: 'sampling settings (temperature 0, penalties), or too long a training',
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
    title: 'answers that are not the JSON asked for',
    kind: 'share',
    directions: ['up'],
    of: ofText((answer, { wantsJson }) => (wantsJson === true ? !isJson(answer) : undefined)),
    cause: 'answers cut at their longest, or schemas that cannot be enforced',
    action: 'raise max_tokens; look at the sample answers',
  },
  tool_failure: {
    title: 'tool calls that cannot be read',
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
    title: 'requests that clients gave up',
    kind: 'share',
    directions: ['up'],
    of: ({ status }) => Number(status === 499),
    cause: 'answers that take too long, or a client’s time limit',
    action: 'look at the times; give the server more cores or fewer models',
  },
  prompt_tokens: {
    title: 'tokens of a request',
    kind: 'amount',
    scale: 'log',
    directions: ['up', 'down'],
    of: ({ promptTokens }) => promptTokens,
    cause: 'other requests than before',
    action: 'review a sample of the requests; collect rows like them',
  },
  answer_tokens: {
    title: 'tokens of an answer',
    kind: 'amount',
    scale: 'log',
    directions: ['up', 'down'],
    of: ({ answerTokens, answer }) => (answer === undefined ? undefined : answerTokens),
    cause: 'other requests than before, or the version that answers',
    action: 'review a sample of the answers',
  },
  milliseconds: {
    title: 'milliseconds of an answer',
    kind: 'amount',
    scale: 'log',
    directions: ['up'],
    floor: SLOWER,
    of: ({ milliseconds, status }) => (status === 200 ? milliseconds : undefined),
    cause: 'more requests at once, longer ones, or the machine',
    action: 'look at the queue in /metrics; give the server more cores or fewer models',
  },
  confidence: {
    title: 'confidence of an answer',
    kind: 'amount',
    scale: 'unit',
    directions: ['up', 'down'],
    of: ({ confidence }) => confidence,
    cause: 'requests that the version was not trained for',
    action: 'review the answers with the least confidence; collect rows like them',
  },
  first_part: {
    title: 'milliseconds until the first part of an answer',
    kind: 'amount',
    scale: 'log',
    directions: ['up'],
    floor: SLOWER,
    of: ({ firstPart }) => firstPart,
    cause: 'more requests at once, longer ones, or the machine',
    action: 'look at the queue in /metrics; give the server more cores or fewer models',
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
