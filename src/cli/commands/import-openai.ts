import { formatCount, formatNumber, plural } from '../../base/format.ts';
import { pricesOf } from '../endpoint-options.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary:
    'fetch the fine-tuning jobs, files and stored completions of an OpenAI key, with recipes that do the same here',
  options: [
    {
      name: '--output',
      aliases: ['--output-dir'],
      value: 'FOLDER',
      summary: 'the folder to write; openai unless given',
    },
    { name: '--model', value: 'BASE', summary: 'the base that the recipes tune; attune-base unless given' },
    { name: '--base-url', value: 'URL', summary: 'where the API is; https://api.openai.com/v1 unless given' },
    {
      name: '--prices',
      value: 'IN,OUT',
      summary: 'of a million tokens read and written, for the cost of 1,000 requests',
    },
  ],
  examples: ['import openai', 'import openai --model Qwen/Qwen3-0.6B --prices 0.3,1.2'],
  async run(context) {
    const { importOpenAi } = await import('../../app/import-openai/import-openai.ts');
    const [inputPrice, outputPrice] = pricesOf(context);
    const signal = context.stopSignal('stopping; what was fetched stays, and the next time it goes on from there');
    return withProgress(context, (onEvent) =>
      importOpenAi({
        folder: context.option('--output'),
        model: context.option('--model'),
        baseUrl: context.option('--base-url'),
        inputPrice,
        outputPrice,
        onEvent,
        signal,
      }),
    );
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
