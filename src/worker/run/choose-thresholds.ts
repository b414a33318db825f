import type { Example } from '../../data/index.ts';
import { bestThreshold, f1Of, macroF1Of } from '../../eval/best-threshold.ts';
import { rowLabels } from '../../eval/example-text.ts';
import type { Prediction } from '../../eval/predictor.ts';
import type { Recipe } from '../../train/recipe.ts';
import { answerWithClasses } from './compare/classes.ts';
import type { Thresholds } from '../../eval/chosen-labels.ts';
import type { PreparedRun } from './training-run.ts';

/**
 * Sets from which probability on the result gives a label, as its recipe wants it: a number, or what validation rows
 * say. Rows kept for test have no part in it. The thresholds go into config.json and the result's notes.
 */
export async function chooseThresholds(run: PreparedRun): Promise<void> {
  const { parts, tokenizer, media, labels, loaded, context } = run;
  const wanted = (context.recipe.objective as ThresholdOptions).threshold ?? null;
  if (wanted === null || (parts.objective.accepts[0] === 'classification' && labels.length !== 2)) return;
  const thresholds = wanted === 'auto' ? await chosen(run) : fixed(wanted, labels, context.recipe);
  parts.model.config = { ...parts.model.config, label_thresholds: thresholds };

  async function chosen({ context: { emit, signal } }: PreparedRun): Promise<Thresholds> {
    const { validation } = loaded.splits;
    emit({ type: 'phase-started', phase: 'save', message: 'choosing thresholds on validation rows' });
    const asked = validation.map((example) => ({ example }));
    const answering = { model: parts.model, tokenizer, media, baseFolder: run.base };
    const predictions = await answerWithClasses(answering, asked, { signal });
    const judged = positives(labels, context.recipe);
    const found = thresholdsFrom(predictions, validation, judged);
    const unknown = judged.filter((label) => found[label] === undefined);
    if (unknown.length > 0) emit({ type: 'warning-raised', code: 'W_THRESHOLD', message: untold(unknown) });
    return Object.fromEntries(judged.map((label) => [label, found[label] ?? EVEN]));
  }
}

interface ThresholdOptions {
  threshold?: 'auto' | number | null;
}

/** The labels that have a threshold: of a classifier's two the second. */
function positives(labels: readonly string[], { objective }: Recipe): readonly string[] {
  return objective.name === 'classification' ? labels.slice(1) : labels;
}

function fixed(threshold: number, labels: readonly string[], recipe: Recipe): Thresholds {
  return Object.fromEntries(positives(labels, recipe).map((label) => [label, threshold]));
}

/** What a threshold is where validation rows do not say. */
const EVEN = 0.5;

function untold(labels: readonly string[]): string {
  const which = `the threshold of ${labels.join(', ')} stays at ${EVEN}`;
  return `${which}: of the validation rows none, or every one, has the label; keep more rows for validation`;
}

/** Undefined for a label that no row has, or every row. */
function thresholdsFrom(
  predictions: readonly Prediction[],
  examples: readonly Example[],
  labels: readonly string[],
): Record<string, number | undefined> {
  const read = [...predictions.keys()].filter((row) => predictions[row].scores !== undefined);
  const found = labels.map((label) => {
    const isPositive = read.map((row) => rowLabels(examples[row]).includes(label));
    const probabilities = read.map((row) => predictions[row].scores![label]);
    const score = examples[0]?.kind === 'classification' ? macroF1Of : f1Of;
    return [label, bestThreshold(probabilities, isPositive, score)] as const;
  });
  return Object.fromEntries(found);
}
