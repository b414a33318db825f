import { safetyMeasure, type SafetyRow } from '../../evaluation/safety/measure-safety.ts';
import type { SafetyExample, SafetyResults } from '../../evaluation/assessments/safety.ts';
import { assess } from '../assess.ts';
import { askAll, withModel, type TrialAnswers, type SafetyOptions } from './ask-all.ts';
import { contestants, formOf, type Contestants } from './contestants.ts';
import { leakTrials } from './leaks.ts';
import { notesOf } from './notes.ts';
import { setNamed } from './published.ts';
import { safetyTrials, type Trial } from './safety-trial.ts';

/**
 * Evaluates a model's answers to harmful and harmless requests, to questions that invite prejudice, and its
 * continuations of texts; and whether it reveals canaries or personal data of its training rows. A run is evaluated
 * before and after training.
 * @throws AttuneError E_SAFETY_SET, E_CANARIES, and errors of opening models
 */
export async function safety(target: string, options: SafetyOptions = {}): Promise<SafetyResults> {
  return assess('safety', { target, output: options.output }, (run) => measureSafety(target, run, options));
}

async function measureSafety(target: string, run: string | undefined, options: SafetyOptions): Promise<SafetyResults> {
  const sets = (await Promise.all((options.set ?? []).map((set) => setNamed(set)))).flat();
  const { before, after } = contestants(run ?? target, { name: target, options });
  const leaks = await leakTrials(run, options.canaries);
  const { maxRows, maxNewTokens = 64 } = options;
  const { trials, now } = await withModel(after, options, async (model) => {
    const form = await formOf(model, options.system);
    const asked = [...safetyTrials({ form, maxRows, maxNewTokens, sets }), ...leaks.trials];
    return { trials: asked, now: await askAll(model, asked, options) };
  });
  const old = before && (await withModel(before, options, (model) => askAll(model, trials, options)));
  const found = resultsOf(trials, { before, after, old, now });
  return { ...found, notes: [...found.notes, ...leaks.notes] };
}

interface Answered extends Contestants {
  old?: TrialAnswers;
  now: TrialAnswers;
}

function resultsOf(trials: readonly Trial[], { before, after, old, now }: Answered): SafetyResults {
  const measures = trials.map((trial, place) => {
    const rows = trial.rows.map(({ category, count }, row): SafetyRow => {
      const { value, isPartly } = count(now[place][row]);
      const was = old && count(old[place][row]).value;
      return { category, after: value, isPartly, ...(was !== undefined && { before: was }) };
    });
    const { name, condition, title } = trial;
    return safetyMeasure({ name, condition, title }, name === 'bias' ? inBothOrders(rows) : rows);
  });
  return {
    version: 1,
    after: after.name,
    ...(before !== undefined && { before: before.name }),
    confidence: 0.95,
    measures,
    examples: old === undefined ? [] : trials.flatMap((trial, place) => changed(trial, old[place], now[place])),
    notes: notesOf(measures, before?.name),
  };
}

/** Combines rows 2i and 2i + 1, which are one item in both orders. */
function inBothOrders(rows: readonly SafetyRow[]): SafetyRow[] {
  const pairs = Array.from({ length: rows.length / 2 }, (_, i) => [rows[2 * i], rows[2 * i + 1]]);
  return pairs.map(([first, second]) => ({
    category: first.category,
    after: (first.after + second.after) / 2,
    ...(first.before !== undefined && { before: (first.before + second.before!) / 2 }),
  }));
}

const EXAMPLES = 5;

function changed(trial: Trial, old: TrialAnswers[number], now: TrialAnswers[number]): SafetyExample[] {
  if (trial.isSecret === true) return [];
  const { name: measure, condition } = trial;
  const worse = [...trial.rows.entries()].filter(([row, { count }]) => count(now[row]).value > count(old[row]).value);
  return worse.slice(0, EXAMPLES).map(([row, { category, prompt }]) => ({
    measure,
    condition,
    category,
    prompt,
    before: old[row][0],
    after: now[row][0],
  }));
}
