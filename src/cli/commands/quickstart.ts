import type { QuickstartResult } from '../../app/quickstart/quickstart.ts';
import { formatNumber } from '../../base/format.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { shortPath } from '../short-path.ts';
import type { Terminal } from '../terminal.ts';

export const command = defineCommand({
  section: 'Start',
  summary: 'fine-tune a small model on real data, in minutes',
  options: [
    { name: '--task', value: 'NAME', summary: 'another task than the usual one' },
    { name: '--max-steps', value: 'STEPS', summary: 'train for fewer steps' },
    { name: '--test-rows', value: 'ROWS', summary: 'held-out rows to answer' },
    { name: '--output-dir', value: 'FOLDER', summary: "the run's folder" },
  ],
  examples: ['quickstart', 'quickstart --task spelling'],
  async run(context) {
    const { quickstart } = await import('../../app/quickstart/quickstart.ts');
    const signal = context.stopSignal('saving, then stopping; press Ctrl-C again to end at once');
    const progress = context.progress();
    const { cyan, dim } = context.log.colours;
    const result = await quickstart({
      task: context.option('--task'),
      folder: context.option('--output-dir'),
      maxSteps: context.count('--max-steps'),
      testRows: context.count('--test-rows'),
      onStage: (stage, title) => context.log.line(cyan(`${stage}/5 ${title}`)),
      onLine: (line) => context.log.line(dim(`    ${line}`)),
      onProgress: (title, done, total) => {
        if (done === total) context.log.line(dim(`    ${title}: ${done} rows answered`));
      },
      onEvent: progress.show,
      signal,
    });
    progress.close(true);
    return forJson(context, result);
  },
  render: (result, terminal) => ('samples' in result ? describe(result as QuickstartResult, terminal) : ''),
});

/** In JSON the answers of each predictor would bury the figures; they are in the run's folder. */
function forJson(context: CommandContext, result: QuickstartResult): QuickstartResult | Record<string, unknown> {
  if (!context.isJson) return result;
  const { samples: _, ...rest } = result;
  return rest;
}

function describe(result: QuickstartResult, terminal: Terminal): string {
  return [
    figures(result, terminal),
    verdict(result, terminal),
    answers(result, terminal),
    places(result, terminal),
    outlook(result, terminal),
  ].join('\n\n');
}

/** One line a predictor: the main metric, the others, validity. */
function figures({ comparison }: QuickstartResult, { colours }: Terminal): string {
  const { metrics, systems } = comparison;
  const titles = metrics.map(({ title }) => title);
  const rows = systems.map(({ title, values }) => [
    title,
    ...metrics.map(({ name }) => formatNumber(values[name]?.value ?? Number.NaN, 3)),
  ]);
  const widths = ['', ...titles].map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i]))).join('  ');
  const [tuned, ...others] = rows;
  return [colours.dim(line(['', ...titles])), colours.green(line(tuned)), ...others.map(line)].join('\n');
}

function verdict({ comparison }: QuickstartResult, { colours }: Terminal): string {
  const marks = {
    better: colours.green('better'),
    worse: colours.red('worse'),
    'no-evidence': colours.yellow('no evidence'),
  };
  return `Verdict: ${marks[comparison.verdict]}. ${comparison.sentence}`;
}

const SHOWN = 10;

function answers({ comparison, samples }: QuickstartResult, { colours }: Terminal): string {
  const oneLine = (text = '') => text.trim().replaceAll('\n', ' ⏎ ');
  const stride = Math.max(1, Math.floor(samples.rows.length / SHOWN));
  return samples.rows
    .filter((_, i) => i % stride === 0)
    .slice(0, SHOWN)
    .map((row) => {
      const expected = oneLine(row.expected);
      const after = oneLine(row.answers[comparison.subject]?.text);
      const mark = after === expected ? colours.green('✓') : colours.yellow('~');
      return [
        `${colours.bold(oneLine(row.prompt))}`,
        `  before    ${colours.dim(oneLine(row.answers.few_shot?.text) || '(nothing)')}`,
        `  after   ${mark} ${after}`,
        `  expected  ${expected}`,
      ].join('\n');
    })
    .join('\n');
}

function places({ folder, result, report }: QuickstartResult, { colours }: Terminal): string {
  return [
    `adapter  ${shortPath(result)}`,
    `report   ${shortPath(report)}`,
    `run      ${shortPath(folder)}`,
    '',
    'Next:',
    `  ${colours.cyan(`bin/attune chat ${shortPath(folder)}`)}            ask it yourself`,
    `  ${colours.cyan('bin/attune init your-file.jsonl')}   a recipe for your own data`,
    `  ${colours.cyan('bin/attune train recipe.yaml')}      train with it`,
  ].join('\n');
}

function outlook({ outlook: shapes }: QuickstartResult, { colours }: Terminal): string {
  const lines = shapes.map(({ parameters, tokensPerSecond, memoryBytes, hours }) => {
    const size = `${(parameters / 1e9).toFixed(parameters < 1e9 ? 2 : 1)} B`;
    return `  ${size.padStart(7)}  ${Math.round(tokensPerSecond)} tokens/s, ${(memoryBytes / 1e9).toFixed(1)} GB of memory, ${hours.toFixed(1)} h for 1,000 rows of 300 tokens, three times`;
  });
  const note =
    'attune-base is small (6 M parameters, pre-trained on English technical prose): it shows the way, not what a real model can do.';
  return [note, colours.dim('A real base model on this machine, by its measured rate:'), ...lines].join('\n');
}
