import { IMPORT_STOPPING, importFields } from './shared/import-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Problem } from '../../base/errors.ts';
import type { ScoreUse } from '../import-answers/score-meaning.ts';

export interface ImportedAnswers {
  files: readonly string[];
  /** New answers by model, answers that attune's server gave, and answers imported before. */
  models: Record<string, number>;
  own: number;
  again: number;
  /** Feedback by its use, and feedback imported before. */
  feedback: Record<Exclude<ScoreUse, 'not used'>, number>;
  feedbackAgain: number;
  /** Interpretation of scores, by name. */
  scores: { name: string; use: ScoreUse; count: number }[];
  /** Skipped records, by reason. */
  leftOut: Record<string, number>;
  /** Fields and attributes that were ignored. */
  unknownFields: Record<string, number>;
  brokenRows: number;
  /** The first rows that cannot be read, with file, line and field. */
  broken: readonly Problem[];
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'import Langfuse traces and scores as answers and feedback of a model',
  arguments: ({ arguments: all }) => [
    all('files', 'FILE', 'traces, observations, scores, or folders of them: .json, .jsonl, .csv, .parquet'),
  ],
  options: importFields,
  effects: ['writes-registry'],
  examples: [
    'import langfuse export.jsonl --model tickets',
    'import langfuse traces/ scores/ --model tickets --label topic',
  ],
  stopping: IMPORT_STOPPING,
  async run({ files, ...options }, call): Promise<ImportedAnswers> {
    const { importLangfuse } = await import('../import-answers/import-answers.ts');
    return importLangfuse(files, { ...options, ...call });
  },
  async render(imported, terminal) {
    const { importText } = await import('./text/import.ts');
    return importText(imported, terminal);
  },
});
