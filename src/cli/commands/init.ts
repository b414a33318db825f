import type { InitHints } from '../../app/init/columns.ts';
import type { InitResult } from '../../app/init/run-init.ts';
import { columnsOption } from '../columns-option.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { wrap, type Terminal } from '../../terminal/terminal.ts';

export const command = defineCommand({
  section: 'Start',
  summary: 'write a recipe for your data',
  arguments: [
    {
      name: 'FILE',
      summary: 'jsonl, json, csv, tsv or parquet; a folder of these, or of images by class',
      required: true,
    },
  ],
  options: [
    { name: '--text-column', value: 'COLUMNS', summary: 'input columns; join several with commas' },
    { name: '--label-column', value: 'COLUMN', summary: 'the class, classes or number to learn' },
    { name: '--answer-column', value: 'COLUMN', summary: 'the answer to write' },
    { name: '--model', value: 'FOLDER|NAME', summary: 'model to tune (chosen by the kind of rows)' },
    { name: '--output', value: 'FILE', summary: 'recipe to write (named after the data)' },
    { name: '--format', value: 'NAME', summary: 'row format, where it is not recognised' },
    { name: '--columns', value: '{FIELD: COLUMN}', summary: "the format's field → your column, or a list of columns" },
    { name: '--group-by', value: 'COLUMN', summary: 'rows with the same value stay in one split' },
    { name: '--yes', summary: 'do not ask: take the most likely columns, fetch the model' },
    { name: '--force', summary: 'replace a recipe that exists' },
  ],
  examples: [
    'init tickets.csv',
    'init tickets.csv --text-column subject,body --label-column queue --yes',
    'init faq.csv --answer-column reply --yes',
    'init faq.csv --columns "{prompt: question, completion: reply}" --yes',
  ],
  async run(context) {
    const { init } = await import('../../app/init/run-init.ts');
    const yes = context.has('--yes');
    return init(context.argument('FILE')!, {
      ...(await readHints(context)),
      model: context.option('--model'),
      groupBy: context.option('--group-by'),
      output: context.option('--output'),
      yes,
      log: (line) => context.log.line(line),
      overwrite: context.has('--force'),
      ...(!yes && context.isInteractive && { ask: (await import('../init-questions.ts')).initQuestions }),
    });
  },
  render: describeInit,
});

async function readHints(context: CommandContext): Promise<InitHints> {
  const text = context.option('--text-column');
  return {
    format: context.option('--format'),
    columns: await columnsOption(context),
    textColumns: text?.split(',').map((name) => name.trim()),
    labelColumn: context.option('--label-column'),
    answerColumn: context.option('--answer-column'),
  };
}

function describeInit(result: InitResult, { colours, columns: width }: Terminal): string {
  const { recipe, format, columns, reason, reasons, model, because, objective, isClear, remark, unread, warnings } =
    result;
  const { green, yellow, bold, cyan, dim } = colours;
  const others =
    'other readings are possible; name the columns with --text-column and --label-column or --answer-column';
  return [
    `${green('✓')} ${format} rows${columns === undefined ? `, ${reason}` : ''}`,
    ...reasons.map((one) => `  ${one}`),
    ...(unread.length > 0 ? [dim(`  not read: ${unread.join(', ')}`)] : []),
    ...(isClear ? [] : [`${yellow('!')} ${others}`, ...otherReadings(result).map((one) => `    ${dim(one)}`)]),
    ...warnings.map((warning) => `${yellow('!')} ${warning}`),
    `${green('✓')} wrote ${bold(recipe)}: objective ${objective}, model ${model} ${dim(`(${because})`)}`,
    ...(remark === undefined ? [] : wrap(remark, Math.min(width, 80) - 2).map((line) => `  ${line}`)),
    '',
    ...result.next.map(({ command: line, why }) => `  ${cyan(line)}${why === undefined ? '' : `  ${dim(why)}`}`),
  ].join('\n');
}

const MOST_OTHERS = 2;

function otherReadings({ guesses }: InitResult): string[] {
  return guesses.slice(1, 1 + MOST_OTHERS).map(({ reasons }) => reasons.join(', '));
}
