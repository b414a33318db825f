import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import type { ComparisonFinished } from '../../base/events.ts';
import { compareAnswers, type Compared } from '../../evaluation/compare/compare.ts';
import { conclusionOf } from '../../evaluation/compare/conclusion.ts';
import { computableOn } from '../../evaluation/compare/suitable-metrics.ts';
import type { Answered } from '../../answering/system.ts';
import { repeatedRows } from '../../answering/baselines/items.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { Comparison, SkippedSystem } from '../../store/results.ts';
import type { OpenOptions } from '../../answering/model/open-model.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { ScoringContext } from '../evaluate/scoring.ts';
import type { ComparedRows, Comparing } from './comparing.ts';
import { usualMetrics } from './usual-metrics.ts';
import { withPictures } from './pictures.ts';
import { OpenModels } from './open-models.ts';
import { systemSources } from './systems/index.ts';
import { answerRewarded } from './rewarded-answers.ts';
import type { SystemSpec } from './systems/system-spec.ts';

export interface ComparisonOptions extends ScoringContext {
  /** The deciding metric first; chosen by the form of the answers by default. */
  metrics?: readonly MetricSpec[];
  /** Maximum answer length in tokens; derived from the training answers by default. */
  maxNewTokens?: number;
  precision?: OpenOptions['precision'];
  /** Whether items of a row's history may be recommended. */
  keepSeen?: boolean;
  /** The run whose reward functions score the answers. */
  policy?: Recipe;
  /** Whether its sampled reward stayed flat in training, so that more rows would not help. */
  isFlat?: boolean;
  seed: number;
}

/** Answers the rows with one system after the other and compares the first with the others. */
export async function runComparison(
  specs: readonly SystemSpec[],
  rows: ComparedRows,
  options: ComparisonOptions,
): Promise<Compared> {
  const { keepSeen = false, policy, isFlat, emit, signal, seed } = options;
  const metrics = options.metrics ?? (await metricsFor(specs, rows, policy));
  using models = new OpenModels(options.precision);
  const comparing: Comparing = {
    rows,
    models,
    seed,
    metric: metrics[0],
    maxNewTokens: options.maxNewTokens,
    keepSeen,
    policy,
    emit,
    signal,
    skipped: [],
  };
  if (!keepSeen) warnOfRepeated(rows, emit);
  const [subject, ...others] = await answerAll(policy === undefined ? specs : specs.filter(isModel), comparing);
  const { skipped, cheapest } = comparing;
  const onProgress = tellStatistics(emit);
  const compared = await compareAnswers([subject, ...others], rows.test, {
    split: rows.split,
    available: rows.available,
    metrics,
    cheapest,
    skipped,
    train: rows.train,
    ...rows.meaning,
    isFlat,
    seed,
    onProgress,
    signal,
  });
  return { ...compared, samples: await withPictures(compared.samples, rows.test) };
}

function tellStatistics(emit: ScoringContext['emit']): (done: number, total: number) => void {
  emit({ type: 'phase-started', phase: 'evaluate', message: 'computing scores, intervals and tests' });
  return (done, total) => emit({ type: 'work-advanced', phase: 'evaluate', done, total, unit: 'statistics' });
}

/** Prompts without answers teach cheap systems nothing. */
function isModel({ source }: SystemSpec): boolean {
  return source !== 'cheap';
}

/** Prompts have no expected answers, so rewards are the metric. */
async function metricsFor(
  specs: readonly SystemSpec[],
  { typical, test }: ComparedRows,
  policy: Recipe | undefined,
): Promise<readonly MetricSpec[]> {
  return policy === undefined ? computableOn(await usualMetrics(specs, typical), test) : [{ metric: 'reward' }];
}

/** Warns about rows whose target is excluded from recommendation and therefore always missed. */
function warnOfRepeated({ test }: ComparedRows, emit: ScoringContext['emit']): void {
  const repeated = repeatedRows(test);
  if (repeated === 0) return;
  const message =
    `${repeated} of ${test.length} rows ask for an item that they already contain. All systems miss ` +
    'these, because such items are left out; evaluation.exclude_seen: false (--keep-seen) allows recommending them';
  emit({ type: 'warning-raised', code: 'W_REPEATED_ITEMS', message });
}

/** Answers with one system after the other; optional systems that fail are noted. @throws E_NOTHING_TO_COMPARE */
export async function answerAll(
  specs: readonly SystemSpec[],
  comparing: Comparing,
): Promise<[Answered, ...Answered[]]> {
  const answered: Answered[] = [];
  for (const spec of specs) pushAll(answered, await answerOrSkip(spec, comparing));
  const [subject, ...others] = answered;
  if (subject === undefined) throw nothingAnswered(comparing.skipped);
  return [subject, ...others];
}

async function answerOrSkip(spec: SystemSpec, comparing: Comparing): Promise<Answered[]> {
  try {
    if (comparing.policy !== undefined && spec.source === 'model')
      return [await answerRewarded(spec, comparing.policy, comparing)];
    const source = await systemSources.load(spec.source);
    return await source.answer(spec as never, comparing);
  } catch (error) {
    const isOptional = 'isOptional' in spec && spec.isOptional === true;
    if (!isOptional || !(error instanceof AttuneError) || comparing.signal.aborted) throw error;
    const reason = error.got === undefined ? error.what : `${error.what}: ${error.got}`;
    comparing.skipped.push({ name: spec.name, reason });
    return [];
  }
}

function nothingAnswered(skipped: readonly SkippedSystem[]): AttuneError {
  return new AttuneError('E_NOTHING_TO_COMPARE', {
    what: 'No system gave any answers',
    problems: skipped.map(({ name, reason }) => ({ field: name, message: reason })),
  });
}

/** A comparison in the form of a run's event. */
export function comparisonFinished(comparison: Comparison): ComparisonFinished {
  const { split, rows, metric, verdict, sentence } = comparison;
  const { outcome, advice, use } = conclusionOf(comparison);
  return { type: 'comparison-finished', split, rows, metric, verdict, sentence, outcome, advice, use };
}
