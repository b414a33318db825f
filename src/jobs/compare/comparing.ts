import { plural } from '../../base/format.ts';
import type { EventSink } from '../../base/events.ts';
import type { Example } from '../../data/index.ts';
import type { CheapChoice } from '../../evaluation/compare/rivals.ts';
import { answerRows, type Answered, type System } from '../../answering/system.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { SkippedSystem } from '../../store/results.ts';
import type { LabelMeaning } from './label-meaning.ts';
import type { OpenModels } from './open-models.ts';

/** The rows of a comparison; systems are fitted on `train`, the cheap one is chosen on `validation`. */
export interface ComparedRows {
  train: readonly Example[];
  validation: readonly Example[];
  /** The rows that all systems answer. */
  test: readonly Example[];
  /** Rows that show what answers look like: those trained on, or where there are none all that could be compared on. */
  typical: readonly Example[];
  /** For people: "test", or a file's name. */
  split: string;
  /** How many there are, where `test` is a sample of them. */
  available?: number;
  meaning?: LabelMeaning;
}

/** Input of every source of systems, and the ways to report more than answers. */
export interface Comparing {
  rows: ComparedRows;
  models: OpenModels;
  /** The deciding metric. */
  metric: MetricSpec;
  /** Longest answer in tokens; from the training answers where undefined. */
  maxNewTokens?: number;
  /** Whether items that a row has already may be recommended. */
  keepSeen?: boolean;
  emit: EventSink;
  signal: AbortSignal;
  skipped: SkippedSystem[];
  cheapest?: CheapChoice;
}

/** A file in `systems/`. */
export interface SystemSource {
  answer(spec: never, comparing: Comparing): Promise<Answered[]>;
}

/** Lets one system answer all rows, with progress. */
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
