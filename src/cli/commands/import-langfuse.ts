import { IMPORT_OPTIONS, importOptions, importText } from '../../app/use-cases/text/import.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: "take traces and scores of Langfuse's exports as answers and feedback of a model",
  arguments: [
    {
      name: 'FILE',
      summary: 'traces, observations, scores, or folders of them: .json, .jsonl, .csv, .parquet',
      required: true,
      many: true,
    },
  ],
  options: IMPORT_OPTIONS,
  examples: [
    'import langfuse export.jsonl --model tickets',
    'import langfuse traces/ scores/ --model tickets --label topic',
  ],
  async run(context) {
    const { importLangfuse } = await import('../../app/import-answers/import-answers.ts');
    return withProgress(context, (onEvent) =>
      importLangfuse(context.arguments, { ...importOptions(context), onEvent }),
    );
  },
  render: importText,
});
