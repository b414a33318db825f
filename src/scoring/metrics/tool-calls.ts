/** Metrics for tool calls: the right tools with the right arguments. */
import { isDeepStrictEqual } from 'node:util';
import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { isJson, parseJson } from '../../files/json.ts';
import type { WrittenCall } from '../../models/text/tool-calls/family.ts';
import { writtenCalls } from '../../models/text/tool-calls/written-calls.ts';
import { expectedCalls } from '../prompt-text.ts';
import type { Prediction } from '../predictor.ts';
import { missingInput, type MetricDefinition } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

interface Calls {
  wanted: readonly WrittenCall[];
  found: readonly WrittenCall[];
}

/** A metric over the rows whose answer has tool calls; on other rows all systems get the same score. */
function ofCallingRows(valueOf: (calls: Calls) => number) {
  return sumsMetric({
    width: 2,
    row(prediction, example, sums) {
      const calls = comparedCalls(prediction, example);
      if (calls.wanted.length === 0) return 0;
      const value = valueOf(calls);
      sums.set([value, 1]);
      return value;
    },
    value: ([sum, count]) => sum / count,
    details([, counted]) {
      if (counted === 0) throw noCalls();
      return { counted };
    },
  });
}

function comparedCalls(prediction: Prediction, example: Example): Calls {
  const text = prediction.text ?? prediction.label;
  if (text === undefined)
    throw missingInput(prediction, 'answers in text', 'a text', { fix: 'use a system that generates text' });
  const wanted = (expectedCalls(example) ?? []).map(({ function: { name, arguments: given } }) => ({
    name,
    arguments: typeof given === 'string' && isJson(given) ? parseJson(given) : given,
  }));
  return { wanted, found: writtenCalls(text) };
}

const shared = { better: 'higher', best: 1, reads: 'calls', options: [] } as const;

/** Share of rows with calls in which exactly the right tools are called, in any order. */
export const toolName: MetricDefinition = {
  ...shared,
  name: 'tool_name',
  title: 'right tool',
  create: () =>
    ofCallingRows(({ wanted, found }) => {
      const names = (calls: readonly WrittenCall[]) => calls.map(({ name }) => name).toSorted();
      return isDeepStrictEqual(names(wanted), names(found)) ? 1 : 0;
    }),
};

/**
 * Share of right arguments, with the tool's name counted as one: relative to those expected or given, averaged over the
 * rows with calls. Each call is compared with the best-matching call of the same tool.
 */
export const toolArguments: MetricDefinition = {
  ...shared,
  name: 'tool_arguments',
  title: 'right arguments',
  create: () =>
    ofCallingRows(({ wanted, found }) => {
      const left = [...found];
      const pairs = wanted.map((call) => {
        const candidates = left.filter(({ name }) => name === call.name);
        const [best] = candidates.toSorted((a, b) => agreement(call, b).right - agreement(call, a).right);
        if (best !== undefined) left.splice(left.indexOf(best), 1);
        return agreement(call, best);
      });
      const needless = left.map((call) => agreement(undefined, call));
      const all = [...pairs, ...needless];
      const sum = (key: 'right' | 'all') => all.reduce((total, one) => total + one[key], 0);
      return sum('right') / sum('all');
    }),
};

/** Number of arguments on which two calls agree, including their common name. */
function agreement(wanted: WrittenCall | undefined, found: WrittenCall | undefined): { right: number; all: number } {
  const [a, b] = [argumentsOf(wanted), argumentsOf(found)];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  if (wanted === undefined || found === undefined) return { right: 0, all: keys.size + 1 };
  const isRight = (key: string) => Object.hasOwn(a, key) && Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]);
  return { right: [...keys].filter(isRight).length + 1, all: keys.size + 1 };
}

function argumentsOf(call: WrittenCall | undefined): Record<string, unknown> {
  const given = call?.arguments;
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
}

function noCalls(): AttuneError {
  return new AttuneError('E_METRIC_INPUT', {
    what: 'This metric needs rows whose answer calls a tool',
    got: 'none',
    fix: 'remove it from evaluation.metrics, or evaluate other rows',
  });
}
