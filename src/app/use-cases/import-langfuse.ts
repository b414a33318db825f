import type { ImportedAnswers } from '../import-answers/import-answers.ts';
import { IMPORT_STOPPING, importFields } from './shared/import-fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Data',
  summary: "take traces and scores of Langfuse's exports as answers and feedback of a model",
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
  result: async () => (await import('../import-answers/import-answers.ts')).importedAnswersSchema,
  async run({ files, ...options }, call): Promise<ImportedAnswers> {
    const { importLangfuse } = await import('../import-answers/import-answers.ts');
    return importLangfuse(files, { ...options, ...call });
  },
  async render(imported, terminal) {
    const { importText } = await import('./text/import.ts');
    return importText(imported, terminal);
  },
});
