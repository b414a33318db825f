import { formatCount, formatNumber, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { pricesField } from './shared/endpoint-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { ImportedCompletions } from '../import-openai/stored-completions.ts';

export interface ImportedJob {
  id: string;
  status: string;
  /** OpenAI's base model, and the tuned model. */
  model: string;
  tuned?: string;
  folder: string;
  recipe?: string;
  /** Command that compares the new model with the old one, for use after training. */
  comparison?: string;
  remarks: string[];
}

export interface ImportedFromOpenAi {
  folder: string;
  jobs: ImportedJob[];
  completions: ImportedCompletions[];
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'import the fine-tuning jobs, files and stored completions of an OpenAI key, with equivalent recipes',
  options: (fields) => ({
    output: fields.text('FOLDER', 'output folder (default: openai)', { aliases: ['--output-dir'] }),
    model: fields.text('BASE', 'base model of the recipes (default: attune-base)'),
    baseUrl: fields.text('URL', 'base URL of the API (default: https://api.openai.com/v1)'),
    prices: pricesField(fields, 'price of a million tokens, input and output, for the cost of 1,000 requests'),
  }),
  effects: ['fetches', 'writes-files'],
  examples: ['import openai', 'import openai --model Qwen/Qwen3-0.6B --prices 0.3,1.2'],
  stopping: 'stopping; downloaded files are kept, and the next run continues',
  async run(options, call): Promise<ImportedFromOpenAi> {
    const { importOpenAi } = await import('../import-openai/import-openai.ts');
    return importOpenAi({ ...options, ...call });
  },
  render({ folder, jobs, completions }, { colours }) {
    const ofJobs = jobs.flatMap(({ id, status, model, tuned, recipe, comparison, remarks }) => [
      `${id}  ${status}: ${model}${tuned === undefined ? '' : ` → ${tuned}`}`,
      ...(recipe === undefined ? [] : [`  attune train ${shortPath(recipe)} --output runs/${id}`]),
      ...(comparison === undefined ? [] : [`  ${comparison}`]),
      ...remarks.map((remark) => colours.yellow(`  ! ${remark}`)),
    ]);
    const stored = completions.map(({ model, rows, path, inputTokens, outputTokens, costPerThousand, leftOut }) => {
      const cost = costPerThousand === undefined ? '' : `, ${formatNumber(costPerThousand, 3)} for 1,000 requests`;
      const out = leftOut === 0 ? '' : `; ${plural(leftOut, 'completions')} left out: no text`;
      const size = `${formatCount(Math.round(inputTokens))} + ${formatCount(Math.round(outputTokens))} tokens each`;
      return `${model}: ${plural(rows, 'rows')} in ${shortPath(path)}, ${size}${cost}${out}`;
    });
    const head = `${colours.green('✓')} ${shortPath(folder)}: ${plural(jobs.length, 'jobs')}, ${plural(completions.length, 'models')} with stored completions`;
    return [head, ...ofJobs, ...stored].join('\n');
  },
});
