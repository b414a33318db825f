import { IMPORT_OPTIONS, importOptions, importText } from '../../app/use-cases/text/import.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'take spans and evaluations of OpenTelemetry (OTLP in JSON) as answers and feedback of a model',
  arguments: [
    { name: 'FILE', summary: 'exports with resourceSpans or resourceLogs: .json, .jsonl', required: true, many: true },
  ],
  options: IMPORT_OPTIONS,
  examples: ['import otlp spans.jsonl --model tickets'],
  async run(context) {
    const { importOtlp } = await import('../../app/import-answers/import-answers.ts');
    return withProgress(context, (onEvent) => importOtlp(context.arguments, { ...importOptions(context), onEvent }));
  },
  render: importText,
});
