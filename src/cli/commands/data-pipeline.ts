import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatCount, plural } from '../../base/format.ts';
import type { DataPipelineResult } from '../../app/data-pipeline.ts';
import { defineCommand } from '../command.ts';
import { readingLines } from '../../app/use-cases/text/reading.ts';
import { shellWord, shortPath } from '../../terminal/short-path.ts';
import { keepHeapsSmall } from '../small-heap.ts';
import { formatFacts } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'make a versioned data set by a pipeline file: sources, steps, split; only what changed is made again',
  arguments: [
    { name: 'FILE', summary: 'name, sources, steps, split: a .yaml, or a .ts that exports them', required: true },
  ],
  options: [
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FOLDER',
      summary: 'folder to write (ATTUNE_HOME/data-sets, named by its content)',
    },
    { name: '--no-cache', summary: 'keep no rows from before the last step, neither of this run nor of earlier ones' },
    { name: '--line', value: 'MIB', summary: 'leave out lines of texts and rows of tables that are longer (8)' },
    { name: '--processes', value: 'N', summary: 'files read at once (one a core, at most 8)' },
  ],
  examples: ['data pipeline support.yaml', 'data pipeline support.yaml --output data/support'],
  async run(context) {
    keepHeapsSmall();
    const { dataPipeline } = await import('../../app/data-pipeline.ts');
    const line = context.count('--line');
    const signal = context.stopSignal('stopping');
    const result = await withProgress(context, (onEvent) =>
      dataPipeline(context.arguments[0], {
        to: context.option('--output'),
        processes: context.count('--processes'),
        ...(line !== undefined && { limits: { lineBytes: line * 2 ** 20 } }),
        cache: !context.has('--no-cache'),
        onEvent,
        signal,
      }),
    );
    return { ...result, next: await initCommand(result.folder) };
  },
  render: describe,
});

function splitLoss({ split: { leftOut } }: DataPipelineResult['manifest']): string[] {
  if (leftOut === undefined) return [];
  const reason = 'on the other side in time than the rest of their group';
  return [`! split: ${plural(leftOut, 'rows')} left out: ${reason}; nothing trained on is as late as test begins`];
}

/** A command that works as it stands: the recipe gets a name that no file has, such as the pipeline's own. */
async function initCommand(folder: string): Promise<string> {
  const { recipeFileFor } = await import('../../app/init.ts');
  const usual = recipeFileFor(folder);
  let file = usual;
  for (let count = 1; existsSync(file); count++) {
    file = usual.replace(/\.yaml$/, `-recipe${count === 1 ? '' : `-${count}`}.yaml`);
  }
  return `attune init ${shellWord(shortPath(folder))}${file === usual ? '' : ` --output ${file}`}`;
}

type Described = DataPipelineResult & { next: string };

function describe({ folder, manifest, parts, report, unredacted, next }: Described, { colours }: Terminal): string {
  const { green, yellow, bold, cyan, dim } = colours;
  const { rows, files, steps } = manifest;
  const total = rows.train + rows.validation + rows.test;
  const splits = Object.entries(rows).map(([split, count]) => `${split} ${formatCount(count)}`);
  const facts = formatFacts(
    [
      ['hash', manifest.hash],
      ['files', `${formatCount(files.read)} of ${formatCount(files.files)} read`],
      ...steps.map(
        ({ step, itemsIn, itemsOut }) => [step, `${formatCount(itemsIn)} → ${formatCount(itemsOut)}`] as const,
      ),
      ['split', splits.join(', ')],
      ['parts', `${formatCount(parts.made)} made, ${formatCount(parts.reused)} from before`],
    ],
    colours,
  );
  const lost = steps.flatMap(({ step, leftOut, found }) => [
    ...leftOut.map(({ reason, count }) => yellow(`! ${step}: ${formatCount(count)} left out: ${reason}`)),
    ...found.map(({ what, count }) => dim(`  ${step}: ${formatCount(count)} ${what}`)),
  ]);
  return [
    `${green('✓')} ${plural(total, 'rows')} in ${bold(folder)}`,
    facts,
    ...readingLines(files, join(folder, 'manifest.json'), colours),
    ...lost,
    ...splitLoss(manifest).map((line) => yellow(line)),
    ...(unredacted === undefined
      ? []
      : [yellow(`! ${unredacted} keeps rows from before redaction, for the next run: --no-cache removes them`)]),
    '',
    `  ${cyan(report)}  ${dim('shows it: every number leads to its rows')}`,
    `  ${cyan(next)}  ${dim('writes a recipe for it')}`,
  ].join('\n');
}
