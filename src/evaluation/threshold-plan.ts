import { entryOf } from '../base/table.ts';
import { AttuneError } from '../base/errors.ts';
import type { Example } from '../data/example.ts';
import { bestThreshold, f1Of, macroF1Of, type Decisions } from './best-threshold.ts';
import { classTitle } from '../scoring/metrics/class-title.ts';
import { costsByLabel, type Costs } from './spoken-costs.ts';
import { rowLabels } from '../scoring/prompt-text.ts';
import type { Prediction } from '../scoring/predictor.ts';
import { rareOfTwo } from './rare-classes.ts';
import { EVEN, type Thresholds } from '../scoring/chosen-labels.ts';

/** Threshold settings of an objective. */
export interface ThresholdWish {
  threshold?: 'auto' | number | null;
  costs?: Costs | null;
}

/** A label whose threshold is chosen on validation rows. */
interface Judged {
  label: string;
  score: (decisions: Decisions) => number;
  /** Threshold if those rows cannot determine one. */
  otherwise: number;
  /** Whether never predicting the label may be best. */
  mayBeNone: boolean;
}

export type ThresholdPlan = { fixed: Thresholds } | { judged: readonly Judged[] };

/** The rows that are to be classified. */
export interface Decided {
  kind: Example['kind'] | undefined;
  labels: readonly string[];
  /** Training rows by label. */
  counts: ReadonlyMap<string, number>;
  /** Column of the labels; it names a label such as "1" in messages. */
  labelColumn?: string;
}

/**
 * Plan for choosing thresholds; undefined if the most likely class wins. Minimises costs if given. Otherwise maximises
 * F1: of each label for multi-label rows, of the rare one of two classes, or of both if neither is rare.
 * @throws AttuneError E_COSTS for costs of unknown labels or of more than two classes
 */
export function thresholdPlan(
  { threshold = null, costs: written = null }: ThresholdWish,
  decided: Decided,
): ThresholdPlan | undefined {
  const { kind, labels, counts, labelColumn } = decided;
  const costs = written && costsByLabel(written, labels, labelColumn);
  if (costs !== null) checkCosts(costs, decided, threshold);
  if (kind === 'multilabel') {
    if (typeof threshold === 'number') return { fixed: Object.fromEntries(labels.map((label) => [label, threshold])) };
    return { judged: labels.map((label) => judge(label, entryOf(costs, label), f1Of)) };
  }
  if (kind !== 'classification' || labels.length !== 2) return undefined;
  if (typeof threshold === 'number') return { fixed: { [labels[1]]: threshold } };
  const [costly] = Object.keys(costs ?? {});
  if (costly !== undefined) return { judged: [judge(costly, entryOf(costs!, costly), f1Of)] };
  const rare = rareOfTwo(counts);
  if (rare !== undefined) return { judged: [judge(rare, undefined, f1Of)] };
  return threshold === 'auto' ? { judged: [judge(labels[1], undefined, macroF1Of)] } : undefined;
}

/** With calibrated probabilities, the threshold `false_alarm / (missed + false_alarm)` minimises costs. */
function judge(label: string, cost: Costs[string] | undefined, score: Judged['score']): Judged {
  if (cost === undefined) return { label, score, otherwise: EVEN, mayBeNone: false };
  const { missed, false_alarm: alarm } = cost;
  return {
    label,
    score: ({ falseNegatives, falsePositives }) => -(missed * falseNegatives + alarm * falsePositives),
    otherwise: alarm / (missed + alarm),
    mayBeNone: true,
  };
}

export interface FoundThresholds {
  thresholds: Thresholds;
  /** Labels with too few validation rows to rely on their threshold. */
  unsure: readonly string[];
}

/** With fewer rows of a label, its threshold is mostly chance. */
const FEW = 5;

/** Chooses each label's threshold on held-out rows. */
export function thresholdsOn(
  judged: readonly Judged[],
  predictions: readonly Prediction[],
  examples: readonly Example[],
): FoundThresholds {
  const read = [...predictions.keys()].filter((row) => predictions[row].scores !== undefined);
  const unsure: string[] = [];
  const found = judged.map(({ label, score, otherwise, mayBeNone }) => {
    const isPositive = read.map((row) => rowLabels(examples[row]).includes(label));
    const probabilities = read.map((row) => entryOf(predictions[row].scores!, label) ?? 0);
    const count = isPositive.filter(Boolean).length;
    if (Math.min(count, isPositive.length - count) < FEW) unsure.push(label);
    return [label, bestThreshold(probabilities, isPositive, score, mayBeNone) ?? otherwise] as const;
  });
  return { thresholds: Object.fromEntries(found), unsure };
}

/** Warning about the unsure labels. */
export function unsureThresholds({ thresholds, unsure }: FoundThresholds): string {
  const named = unsure.map((label) => `${label} (${Number(entryOf(thresholds, label).toPrecision(3))})`).join(', ');
  return (
    `the threshold of class ${named} is based on fewer than ${FEW} validation rows with or without ` +
    'the label; keep more rows for validation'
  );
}

function checkCosts(
  costs: Costs,
  { kind, labels, counts, labelColumn }: Decided,
  threshold: ThresholdWish['threshold'],
): void {
  const names = Object.keys(costs);
  const unknown = names.filter((label) => !labels.includes(label));
  const isOfTwo = kind === 'multilabel' || (kind === 'classification' && labels.length === 2 && names.length === 1);
  const problems = [
    ...unknown.map((label) => ({ field: `objective.costs.${label}`, message: `no row has the label "${label}"` })),
    ...(isOfTwo || unknown.length > 0
      ? []
      : [
          {
            field: 'objective.costs',
            message: `costs need multi-label rows, or two classes and one cost; got ${labels.length} classes, ${names.length} costs`,
          },
        ]),
    ...(typeof threshold === 'number'
      ? [
          {
            field: 'objective.threshold',
            message: 'threshold and costs cannot both be set: costs determine the threshold',
            fix: 'keep one of them',
          },
        ]
      : []),
  ];
  if (problems.length === 0) return;
  const rarest = labels.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))[0] ?? 'fraud';
  const title = classTitle(rarest, labelColumn);
  const example = title.startsWith('class ') ? rarest : title;
  throw new AttuneError('E_COSTS', {
    what: 'objective.costs is invalid',
    problems,
    expected: `a label with its costs, such as ${example}: {missed: 50, false_alarm: 1}; labels: ${labels.join(', ')}`,
  });
}
