import { entryOf } from '../../../base/table.ts';
import { greatest } from '../../../base/many.ts';
import { ownCommand } from '../../../base/own-command.ts';
import type { SampleRow } from '../../../store/results.ts';
import { describeComparison } from './comparison.ts';
import { shortPath } from '../../terminal/short-path.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { QuickstartResult } from '../quickstart.ts';

export function describeQuickstart(result: QuickstartResult, terminal: Terminal): string {
  return [
    '',
    describeComparison(result.comparison, terminal),
    answers(result, terminal),
    places(result, terminal),
    outlook(result, terminal),
  ].join('\n\n');
}

const SHOWN = 10;

/** Answers to rows at equal intervals from worse to better, so that regressions are included. */
function answers({ comparison, samples }: QuickstartResult, { colours, columns }: Terminal): string {
  const stride = Math.max(1, Math.floor(samples.rows.length / SHOWN));
  const shown = samples.rows.filter((_, i) => i % stride === 0).slice(0, SHOWN);
  const before = comparison.systems.find(({ kind }) => kind === 'base')?.name ?? '';
  const width = Math.min(columns, 80) - 12;
  const block = (row: SampleRow): string => {
    const [expected, after] = [row.expected, entryOf(row.answers, comparison.subject)?.text].map((text) =>
      oneLine(text, width),
    );
    const mark = after === expected ? colours.green('✓') : colours.yellow('~');
    return [
      colours.bold(oneLine(row.prompt, width)),
      `  before    ${colours.dim(oneLine(entryOf(row.answers, before)?.text, width))}`,
      `  after   ${mark} ${after}`,
      `  expected  ${expected}`,
    ].join('\n');
  };
  return shown.map(block).join('\n');
}

function oneLine(text: string | undefined, width: number): string {
  const line = text?.trim().replaceAll('\n', ' ⏎ ') ?? '';
  if (line === '') return '(nothing)';
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

function places({ folder, result, report }: QuickstartResult, { colours }: Terminal): string {
  return [
    `adapter  ${shortPath(result)}`,
    `report   ${shortPath(report)}`,
    `run      ${shortPath(folder)}`,
    '',
    'Next:',
    ...next(folder, colours),
  ].join('\n');
}

/** The next commands, with their meanings aligned. */
function next(folder: string, colours: Terminal['colours']): string[] {
  const attune = ownCommand();
  const commands = [
    [`${attune} runs open ${shortPath(folder)}`, 'the report, and a box to try it'],
    [`${attune} init your-file.jsonl`, 'a recipe for your own data'],
    [`${attune} train recipe.yaml`, 'train with it'],
    [`${attune} studio`, 'all of it in a browser'],
  ];
  const width = greatest(commands.map(([command]) => command.length));
  return commands.map(([command, meaning]) => `  ${colours.cyan(command.padEnd(width))}  ${meaning}`);
}

function outlook({ outlook: shapes }: QuickstartResult, { colours }: Terminal): string {
  const lines = shapes.map(({ parameters, tokensPerSecond, memoryBytes, hours }) => {
    const size = `${(parameters / 1e9).toFixed(parameters < 1e9 ? 2 : 1)} B`;
    const speed = `${Math.round(tokensPerSecond)} tokens/s`.padStart(13);
    return `  ${size.padStart(7)}  ${speed}, ${(memoryBytes / 1e9).toFixed(1).padStart(5)} GB of memory, ${hours.toFixed(1).padStart(5)} h`;
  });
  const note = [
    'attune-base is small (6 M parameters, pre-trained on English technical prose):',
    'it shows the workflow, not what a real model can do. A real base model here, by the',
    'measured rate of this machine; hours are for 1,000 rows of 300 tokens, 3 times:',
  ];
  return [...note.map((line) => colours.dim(line)), ...lines].join('\n');
}
