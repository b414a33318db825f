import { AttuneError } from '../../base/errors.ts';
import { pushAll, smallest } from '../../base/many.ts';
import { takeTurn } from '../../base/turn.ts';
import type { Example } from '../../data/example.ts';
import type {
  ComparedMetric,
  ComparedSystem,
  Comparison,
  Difference,
  Samples,
  SkippedSystem,
} from '../../store/results.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import { costsByLabel, type Costs } from '../spoken-costs.ts';
import { labelCounts } from '../rare-classes.ts';
import { ScoreStatistics } from '../../scoring/statistics/index.ts';
import { classRows } from './class-rows.ts';
import { conclude } from './conclusion.ts';
import { keepReadable } from './readable.ts';
import { metricDifferences } from './differences.ts';
import { relativesOf } from './relatives.ts';
import { rivalsOf, strongest, type CheapChoice, type Ground } from './rivals.ts';
import { flipsOf, rowChanges, sampleRows } from './choose-samples.ts';
import { comparedSystem, describeMetrics, scoreSystem, type Scored } from './scored.ts';
import type { Answered } from '../../answering/system.ts';
import { tallyOf } from './tally.ts';
import { unableReason } from './unable.ts';
import { overallVerdict, verdictSentence } from './overall-verdict.ts';
import { areClassified } from '../../scoring/prompt-text.ts';

export interface CompareOptions {
  /** Title of the rows: "test", or a file name. */
  split: string;
  /** Number of available rows, if only a sample is compared. */
  available?: number;
  /** The deciding metric first. */
  metrics: readonly MetricSpec[];
  /** The cheap system that counts for the verdict, chosen on other rows. */
  cheapest?: CheapChoice;
  skipped?: readonly SkippedSystem[];
  /** Training rows, to report their number per class. */
  train?: readonly Example[];
  /** Column of the classes, to give a class such as "1" a title. */
  labelColumn?: string;
  /** Cost of wrong answers, by label. */
  costs?: Costs;
  /** Whether the judged system did not learn in training; then more rows would not help. */
  isFlat?: boolean;
  /** Default 0.95. */
  confidence?: number;
  seed?: number;
  /** Called as scores and statistics proceed, which may take seconds: parts done and total parts. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Result of a comparison: figures, sample answers, and the scores behind the figures. */
export interface Compared {
  comparison: Comparison;
  samples: Samples;
  rowScores: RowScores;
}

/** Each row's score on the deciding metric, for further statistics. */
export interface RowScores {
  ids: readonly string[];
  /** By system name, in the order of the ids. */
  scores: Readonly<Record<string, readonly number[]>>;
}

/**
 * Compares the first system with all others on the same rows. Systems without the input for the deciding metric are
 * listed as skipped.
 * @throws AttuneError E_METRIC_INPUT if the judged system itself lacks that input, E_NO_MERIT
 */
export async function compareAnswers(
  answered: readonly [Answered, ...Answered[]],
  examples: readonly Example[],
  options: CompareOptions,
): Promise<Compared> {
  const all = await describeMetrics(options.metrics, options.labelColumn);
  const [deciding] = all;
  if (deciding.isProperty === true && answered.length > 1) throw noMerit(deciding);
  const kept = keepReadable(answered, examples);
  // Counts scoring and intervals for each system, and differences for each metric.
  const advance = progressOf(2 * kept.systems.length + options.metrics.length, options);
  const scored: Scored[] = [];
  for (const system of kept.systems) {
    scored.push(await scoreSystem(system, kept.examples, options.metrics));
    await advance();
  }
  const [subject, ...entered] = scored;
  if (!subject.scores.has(deciding.name)) throw cannotJudge(subject, deciding);
  const others = entered.filter(({ scores }) => scores.has(deciding.name));
  const reason = `it gives no ${deciding.reads}, which ${deciding.title} needs`;
  const unscored = entered.filter((system) => !others.includes(system)).map(({ name }) => ({ name, reason }));
  const skipped = [...(options.skipped ?? []), ...kept.skipped, ...unscored];
  const metrics = all.filter(({ name }) => scored.some(({ scores }) => scores.has(name)));
  const relatives = await relativesOf(kept.examples, options.signal);
  const judged = await judge({ subject, others, metrics, ...kept, relatives, advance }, { ...options, skipped });
  return { ...judged, rowScores: rowScoresOf([subject, ...others], kept.examples, deciding.name) };
}

type Advance = () => Promise<void>;

/** Handles abort signals between parts of the work. */
function progressOf(total: number, { onProgress, signal }: CompareOptions): Advance {
  let done = 0;
  return async () => {
    onProgress?.(++done, total);
    await takeTurn(signal);
  };
}

type Judged = Omit<Compared, 'rowScores'>;

interface Entries {
  subject: Scored;
  others: readonly Scored[];
  /** The deciding metric first. */
  metrics: readonly ComparedMetric[];
  examples: readonly Example[];
  leftOut: Comparison['leftOut'];
  /** Cluster of related rows for each row, if any are related. */
  relatives: Uint32Array | undefined;
  advance: Advance;
}

async function judge(entries: Entries, options: CompareOptions): Promise<Judged> {
  const { subject, others, metrics, examples, leftOut, relatives } = entries;
  const { confidence = 0.95, seed = 0, split, available, cheapest, skipped = [], train = [], labelColumn } = options;
  const metric = metrics[0].name;
  const statistics = new ScoreStatistics(examples.length, { clusters: relatives, confidence, seed });
  const ground = groundOf(entries, options, statistics.groups);
  const choice = rivalsOf(others, metric, { choice: cheapest, ground });
  const isRival = (name: string) => choice.rivals.includes(name);
  const { differences, systems } = await measure(entries, choice.rivals, { statistics, options });
  const deciding = differences.filter((one) => one.metric === metric && isRival(one.against));
  const rivals = others.filter(({ name }) => isRival(name));
  const rival = strongest(rivals, metric);
  const changes = rowChanges([subject, rival], examples, metrics[0]);
  const comparison = {
    version: 2 as const,
    split,
    rows: examples.length,
    available: available === examples.length + (leftOut?.rows ?? 0) ? undefined : available,
    leftOut,
    groups: relatives && new Set(relatives).size,
    confidence,
    seed,
    metric,
    metrics,
    subject: subject.name,
    positive: ground.positive,
    labelColumn,
    systems,
    ...choice,
    differences,
    verdict: overallVerdict(deciding),
    flips: flipsOf(examples, changes, rival?.name ?? ''),
    skipped,
    classes: classRows(train, examples, subject.predictions),
  };
  return {
    comparison: { ...comparison, sentence: verdictSentence(comparison), conclusion: conclude(comparison, options) },
    samples: sampleRows([subject, ...others], examples, { changes, metrics }),
  };
}

/** Amount of evidence for distinguishing cheap systems: per-class metrics depend on the rarest class. */
function groundOf(
  { subject, metrics: [deciding], examples }: Entries,
  { metrics }: CompareOptions,
  groups: number,
): Ground {
  const isOverClasses = subject.scores.get(deciding.name)?.statistic !== undefined;
  const evidence = isOverClasses ? Math.min(groups, rarestOf(examples) ?? groups) : groups;
  return { examples, evidence, best: deciding.best, positive: positiveOf(metrics[0]) };
}

/** All statistics: differences by metric, then each system's own intervals. */
async function measure(
  { subject, others, metrics, examples, advance }: Entries,
  rivals: readonly string[],
  { statistics, options }: { statistics: ScoreStatistics; options: CompareOptions },
): Promise<Pick<Comparison, 'differences' | 'systems'>> {
  const [deciding] = metrics;
  const evidence = { groups: statistics.groups, rarest: rarestOf(examples) };
  // Tables have no single value to compare, and properties are neither better nor worse.
  const compared = metrics.filter((one) => one.isProperty !== true && (one.isTable !== true || one === deciding));
  const differences: Difference[] = [];
  for (const one of compared) {
    pushAll(differences, metricDifferences(one, { subject, others, rivals, evidence }, statistics));
    await advance();
  }
  const systems: ComparedSystem[] = [];
  for (const system of [subject, ...others]) {
    const labels = [...labelCounts(examples).keys()];
    const costs = options.costs && costsByLabel(options.costs, labels, options.labelColumn);
    systems.push({
      ...comparedSystem(system, statistics, { metrics, evidence }),
      ...tallyOf(system, examples, { metric: deciding.name, costs }),
      unable: system === subject ? undefined : unableReason(system, others, deciding.name),
    });
    await advance();
  }
  return { differences, systems };
}

function rowScoresOf(systems: readonly Scored[], examples: readonly Example[], metric: string): RowScores {
  return {
    ids: examples.map(({ id }) => id),
    scores: Object.fromEntries(systems.map(({ name, scores }) => [name, [...scores.get(metric)!.rows]])),
  };
}

function positiveOf(spec: MetricSpec): string | undefined {
  return 'positive' in spec ? spec.positive : undefined;
}

function rarestOf(examples: readonly Example[]): number | undefined {
  if (!areClassified(examples)) return undefined;
  const counts = [...labelCounts(examples).values()];
  return counts.length === 0 ? undefined : smallest(counts);
}

function noMerit({ name, title }: ComparedMetric): AttuneError {
  return new AttuneError('E_NO_MERIT', {
    what: `${title} cannot decide the comparison: it describes answers, not how good they are`,
    got: `${name} as the first metric`,
    fix: 'put another metric first and this one after it',
  });
}

function cannotJudge({ title }: Scored, metric: { title: string; reads: string }): AttuneError {
  return new AttuneError('E_METRIC_INPUT', {
    what: `${title} cannot be evaluated by ${metric.title}`,
    got: `answers without ${metric.reads}`,
    fix: 'choose another metric as the first one',
  });
}
