import { IMPORT_STOPPING, importFields } from './shared/import-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { ImportedAnswers } from './import-langfuse.ts';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'import OpenTelemetry spans and evaluations (OTLP in JSON) as answers and feedback of a model',
  arguments: ({ arguments: all }) => [
    all('files', 'FILE', 'exports with resourceSpans or resourceLogs: .json, .jsonl'),
  ],
  options: importFields,
  effects: ['writes-registry'],
  examples: ['import otlp spans.jsonl --model tickets'],
  stopping: IMPORT_STOPPING,
  async run({ files, ...options }, call): Promise<ImportedAnswers> {
    const { importOtlp } = await import('../import-answers/import-answers.ts');
    return importOtlp(files, { ...options, ...call });
  },
  async render(imported, terminal) {
    const { importText } = await import('./text/import.ts');
    return importText(imported, terminal);
  },
});
