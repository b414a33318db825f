import { plural } from '../../base/format.ts';
import type { EventSink } from '../../base/events.ts';
import type { Example } from '../../data/index.ts';
import type { CheapChoice } from '../../evaluation/compare/rivals.ts';
import { answerRows, type Answered, type System } from '../../answering/system.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { SkippedSystem } from '../../store/results.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { LabelMeaning } from './label-meaning.ts';
import type { OpenModels } from './open-models.ts';

/** Rows of a comparison: systems are fitted on `train`, the cheap rival is chosen on `validation`. */
export interface ComparedRows {
  train: readonly Example[];
  validation: readonly Example[];
  /** The rows that all systems answer. */
  test: readonly Example[];
  /** Rows with typical answers: the training rows or, without any, all rows available for comparison. */
  typical: readonly Example[];
  /** Title of the rows: "test", or a file name. */
  split: string;
  /** Number of available rows, if `test` is a sample. */
  available?: number;
  meaning?: LabelMeaning;
}

/** Input for every source of systems, and channels for notes and progress. */
export interface Comparing {
  rows: ComparedRows;
  models: OpenModels;
  /** The deciding metric. */
  metric: MetricSpec;
  /** Maximum answer length in tokens; derived from the training answers if undefined. */
  maxNewTokens?: number;
  /** Whether items of a row's history may be recommended. */
  keepSeen?: boolean;
  seed: number;
  /** The run whose reward functions score the answers, if the rows are prompts that it learns from. */
  policy?: Recipe;
  emit: EventSink;
  signal: AbortSignal;
  skipped: SkippedSystem[];
  cheapest?: CheapChoice;
}

/** The part of a comparison that choosing a prompt may see: not the rows that are compared. */
export type PreparingRows = Pick<Comparing, 'metric' | 'maxNewTokens' | 'seed' | 'emit' | 'signal'> & {
  rows: Pick<ComparedRows, 'train' | 'validation' | 'typical'>;
};

/** Interface of the files in `systems/`. */
export interface SystemSource {
  answer(spec: never, comparing: Comparing): Promise<Answered[]>;
}

/** Answers all rows with one system and reports progress. */
export function answerWithProgress(system: System, { rows, keepSeen, emit, signal }: Comparing): Promise<Answered> {
  const { test, split } = rows;
  emit({
    type: 'phase-started',
    phase: 'evaluate',
    message: `${system.title}: ${plural(test.length, 'rows')} of ${split}`,
  });
  const onProgress = (done: number, total: number) =>
    emit({ type: 'work-advanced', phase: 'evaluate', done, total, unit: 'rows answered' });
  return answerRows(system, test, { signal, keepSeen, onProgress });
}
