import type { PreparedData } from '../../app/prepare-data.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes, formatCount, plural } from '../../base/format.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { readingLines } from '../../app/use-cases/text/reading.ts';
import { keepHeapsSmall } from '../small-heap.ts';
import { formatFacts } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'make rows to train on of documents: PDF, Office, web pages, mail, chats, tables, archives',
  arguments: [{ name: 'PATH', summary: 'files, folders, archives', required: true, many: true }],
  options: [
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FILE',
      required: true,
      summary: '.jsonl file to write; a report and a list of all files are written beside it',
    },
    {
      name: '--step',
      value: 'STEP',
      many: true,
      summary: 'a step, or "step: {option: value}"; several in their order (what suits the documents)',
    },
    { name: '--ocr', summary: 'recognise the text of scanned pages and pictures (English)' },
    { name: '--query', value: 'SQL', summary: 'for databases: the rows to read; only reading is possible' },
    { name: '--seconds', value: 'N', summary: 'time limit without progress on a file (30)' },
    { name: '--memory', value: 'MIB', summary: "memory limit of a file's reader (1536)" },
    { name: '--line', value: 'MIB', summary: 'leave out lines of texts and rows of tables that are longer (8)' },
    { name: '--processes', value: 'N', summary: 'files read at once (one a core, at most 8)' },
  ],
  examples: [
    'data prepare handbook/ --output rows.jsonl',
    'data prepare docs.zip --output rows.jsonl --step "chunks: {size: 512}"',
  ],
  async run(context) {
    keepHeapsSmall();
    const { prepareData } = await import('../../app/prepare-data.ts');
    const to = context.option('--output');
    if (to === undefined)
      throw new AttuneError('E_USAGE', {
        what: 'There is no file to write the rows to',
        fix: 'name one: --output rows.jsonl',
      });
    const steps = await stepsOf(context.all('--step'));
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      prepareData(context.arguments, {
        to,
        ...(steps.length > 0 && { steps }),
        ocr: context.has('--ocr'),
        query: context.option('--query'),
        limits: limitsOf(context),
        processes: context.count('--processes'),
        onEvent,
        signal,
      }),
    );
  },
  render: describe,
});

function limitsOf(context: CommandContext) {
  const [seconds, memory, line] = ['--seconds', '--memory', '--line'].map((name) => context.count(name));
  return {
    ...(seconds !== undefined && { seconds }),
    ...(memory !== undefined && { memoryBytes: memory * 2 ** 20 }),
    ...(line !== undefined && { lineBytes: line * 2 ** 20 }),
  };
}

/** "chunks", "chunks: {size: 512}" or "{step: chunks, size: 512}". */
async function stepsOf(texts: readonly string[]) {
  const { parse } = await import('yaml');
  return texts.map((text) => {
    let value: unknown;
    try {
      value = parse(text, { logLevel: 'silent' });
    } catch {
      throw badStep(text);
    }
    if (typeof value === 'string') return { step: value };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badStep(text);
    if ('step' in value && typeof value.step === 'string') return value as { step: string };
    const [[step, options], ...others] = Object.entries(value);
    if (others.length > 0 || (options !== null && (typeof options !== 'object' || Array.isArray(options))))
      throw badStep(text);
    return { step, ...(options as object | null) };
  });
}

function badStep(text: string): AttuneError {
  return new AttuneError('E_USAGE', {
    what: '--step is no step',
    got: text,
    expected: 'a name, or "chunks: {size: 512}"',
  });
}

const KIND_NAMES = { text: 'texts', message: 'messages', record: 'rows of tables' };

function describe(result: PreparedData, { colours }: Terminal): string {
  const { green, yellow, bold, cyan, dim } = colours;
  const { files } = result;
  const formats = Object.entries(files.formats).map(([name, count]) => `${formatCount(count)} ${name}`);
  const kinds = (['text', 'message', 'record'] as const).flatMap((kind) => {
    const count = result.documents[kind];
    return count === 0
      ? []
      : [count === 1 ? `1 ${KIND_NAMES[kind].replace(/s( |$)/, '$1')}` : `${formatCount(count)} ${KIND_NAMES[kind]}`];
  });
  const facts = formatFacts(
    [
      ['files', `${formatCount(files.read)} of ${formatCount(files.files)} read: ${formats.join(', ')}`],
      ['documents', kinds.join(', ')],
      ...result.steps.map(
        ({ step, itemsIn, itemsOut }) => [step, `${formatCount(itemsIn)} → ${formatCount(itemsOut)}`] as const,
      ),
    ],
    colours,
  );
  const leftOut = result.steps.flatMap(({ step, leftOut: lost, remarks }) => [
    ...lost.map(({ reason, count }) => yellow(`! ${step}: ${formatCount(count)} left out: ${reason}`)),
    ...remarks.map((remark) => dim(`  ${step}: ${remark}`)),
  ]);
  return [
    `${green('✓')} ${plural(result.rows, 'rows')} in ${bold(result.to)} (${formatBytes(result.bytes)})`,
    facts,
    ...(result.chosen === undefined ? [] : [dim(`  ${result.chosen}`)]),
    ...readingLines(files, `${result.to}.files`, colours),
    ...leftOut,
    '',
    `  ${cyan(`attune data inspect ${result.to}`)}  ${dim('shows the rows as they are understood')}`,
    `  ${cyan(`attune init ${result.to}`)}  ${dim('writes a recipe for them')}`,
  ].join('\n');
}
