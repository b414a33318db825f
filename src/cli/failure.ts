import { AttuneError, errorDocument, type Problem, shortList } from '../base/errors.ts';
import { pushAll } from '../base/many.ts';
import { type Terminal, wrap } from '../app/terminal/terminal.ts';

/** Exit codes: 1 the user can fix it, 2 a bug, 3 a gate refused. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  return error instanceof AttuneError ? error.exitCode : 2;
}

/** Output of `--json` for an error. */
export function failureDocument(error: unknown): { error: Record<string, unknown> } {
  return { error: errorDocument(error) };
}

const MAX_PROBLEMS = 20;

/** An error as text for people: the failure, each problem with its location, and advice. */
export function describeFailure(error: unknown, terminal: Terminal): string {
  const { red, bold, dim } = terminal.colours;
  if (!(error instanceof AttuneError)) return describeBug(error, terminal);
  const lines = [`${red('✗')} ${bold(error.what)}  ${dim(error.code)}`];
  if (error.got !== undefined) pushAll(lines, labelled('got', error.got, terminal));
  if (error.expected !== undefined) pushAll(lines, labelled('expected', error.expected, terminal));
  pushAll(lines, describeProblems(error, terminal));
  if (error.fix !== undefined) pushAll(lines, labelled('→', error.fix, terminal));
  return `${lines.join('\n')}\n`;
}

function describeProblems({ problems, problemCount, what }: AttuneError, terminal: Terminal): string[] {
  const { shown, more } = shortList(problems, MAX_PROBLEMS, problemCount);
  const lines = shown.flatMap((problem) => describeOne(problem, what, terminal));
  return more === undefined ? lines : [...lines, terminal.colours.dim(`  ${more}`)];
}

/** At most two lines, unless the terminal is narrow: location and fault, then advice. */
function describeOne(problem: Problem, what: string, terminal: Terminal): string[] {
  const { cyan, dim, bold } = terminal.colours;
  const place = placeOf(problem, what);
  const field = problem.field ?? '';
  const head = [place, field].filter((part) => part !== '').join('  ');
  const width = Math.max(30, terminal.columns - 4);
  const separator = field === '' ? '  ' : ' ';
  const [first, ...others] = wrap(head === '' ? problem.message : `${head}${separator}${problem.message}`, width);
  const coloured = first.startsWith(head)
    ? first.replace(head, () =>
        [dim(place), bold(field)].filter((part) => part !== dim('') && part !== bold('')).join('  '),
      )
    : first;
  const advice = problem.fix === undefined ? [] : wrap(problem.fix, width - 4);
  return [
    `  ${coloured}`,
    ...others.map((line) => `    ${line}`),
    ...advice.map((line, index) => (index === 0 ? `    ${cyan('→')} ${line}` : `      ${line}`)),
  ];
}

/** Leaves out the file if the headline already names it. */
function placeOf({ file, line }: Problem, what: string): string {
  if (file === undefined || what.includes(file)) return line === undefined ? '' : `line ${line}`;
  return line === undefined ? file : `${file}:${line}`;
}

function labelled(label: string, text: string, terminal: Terminal): string[] {
  const lines = text.split('\n').flatMap((line) => wrap(line, Math.max(30, terminal.columns - label.length - 4)));
  const indent = ' '.repeat(label.length + 3);
  const paint = label === '→' ? terminal.colours.cyan : terminal.colours.dim;
  return lines.map((line, index) => (index === 0 ? `  ${paint(label)} ${line}` : `${indent}${line}`));
}

function describeBug(error: unknown, terminal: Terminal): string {
  const { red, bold, dim } = terminal.colours;
  const { stack = '', message } = asError(error);
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return [
    `${red('✗')} ${bold(`This is a bug in attune: ${message}`)}`,
    ...frames.slice(0, 8).map((frame) => dim(frame)),
    '  Please report it with the lines above.',
    '',
  ].join('\n');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
