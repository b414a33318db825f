import { entryOf } from '../../base/table.ts';
import { formatNumber } from '../../base/format.ts';
import { answerNotes } from '../../evaluation/compare/answer-notes.ts';
import type { ComparedValue, Comparison, Samples } from '../../store/results.ts';
import { isRows } from '../rows/rows.ts';
import { compareNamed } from './compare.ts';
import type { CompareOptions } from './compare-options.ts';

/** Evaluation of one system on held-out rows. */
export interface Evaluated {
  split: string;
  rows: number;
  /** Total number of rows, if those measured are a sample. */
  available?: number;
  /** Values by metric. */
  metrics: Record<string, number>;
  /** Values by metric with intervals, details and tables. */
  values: Record<string, ComparedValue>;
  /** Titles of the metrics. */
  titles: Record<string, string>;
  /** Number of answers cut off by the token limit; absent if unknown. */
  cutAnswers?: number;
  /** Answers, for rows in memory. */
  answers?: { prompt: string; expected: string; text: string; isRight: boolean }[];
  /** Notes for readers of the figures. */
  notes: string[];
}

/**
 * Evaluates one system: a run, a model folder, or anything that `compare` accepts.
 * @throws AttuneError errors of rows, models and endpoints
 */
export async function evaluate(system: string, options: CompareOptions = {}): Promise<Evaluated> {
  const { comparison, samples } = await compareNamed([system], options);
  const { available = 0, leftOut, split, rows, systems, metric: deciding } = comparison;
  const [{ name: subject, values, cutAnswers }] = systems;
  const metrics = comparison.metrics.filter(
    ({ name, isTable }) => entryOf(values, name) !== undefined && (isTable !== true || name === deciding),
  );
  return {
    split,
    rows,
    // Unanswerable rows do not count as sampling.
    ...(available > rows + (leftOut?.rows ?? 0) && { available }),
    metrics: Object.fromEntries(metrics.map(({ name }) => [name, entryOf(values, name).value])),
    values,
    titles: Object.fromEntries(metrics.map(({ name, title }) => [name, title])),
    cutAnswers,
    ...(isRows(options.data) && { answers: answersIn(samples, subject, deciding) }),
    notes: [...answerNotes(comparison), ...variantNotes(comparison)],
  };
}

/** Individual answers, for few rows. */
function answersIn(samples: Samples, subject: string, metric: string): Evaluated['answers'] {
  return samples.rows.map(({ prompt, expected = '', answers }) => {
    const { text = '', scores = {} } = entryOf(answers, subject) ?? {};
    return { prompt, expected, text, isRight: entryOf(scores, metric) === 1 || text.trim() === expected.trim() };
  });
}

/** Scores of the answers under other interpretations. */
function variantNotes({ systems, metrics, metric }: Comparison): string[] {
  const { title = metric } = metrics.find(({ name }) => name === metric) ?? {};
  return systems
    .filter(({ kind }) => kind === 'variant')
    .map((system) => `${system.title}: ${title} ${formatNumber(entryOf(system.values, metric).value)}`);
}
