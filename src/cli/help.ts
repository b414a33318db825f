import type { RecipeKey } from '../app/recipe/index.ts';
import { AttuneError } from '../base/errors.ts';
import { greatest } from '../base/many.ts';
import type { Section } from '../app/use-cases/use-case.ts';
import type { Command, Overview } from './command.ts';
import { type Terminal, wrap } from '../app/terminal/terminal.ts';
import { usageLine } from './usage-line.ts';

type Row = readonly [term: string, description: string];

interface Block {
  title: string;
  rows: readonly Row[];
}

const MAX_WIDTH = 110;
const recipeNote =
  'Settings are in the recipe or given as flags, which take precedence. Names of other tools work too.';
const sections: readonly Section[] = ['Start', 'Data', 'Train', 'Use', 'System'];

/** `attune --help`: one line per command, grouped by purpose. */
export function overviewHelp(commands: readonly Overview[], terminal: Terminal): string {
  const { bold, dim } = terminal.colours;
  const blocks = sections.map((title) => ({
    title,
    rows: commands.filter(({ section }) => section === title).map(({ name, summary }): Row => [name, summary]),
  }));
  return [
    `${bold('attune')} fine-tunes AI models on your own data.`,
    '',
    `${dim('Usage')}  attune <command> [recipe.yaml] [--key value …]`,
    '',
    ...formatBlocks(blocks, terminal),
    dim('`attune <command> --help` explains a command; every command takes --json.'),
    '',
  ].join('\n');
}

/** `attune runs`: the commands of one group. */
export function groupHelp(group: string, commands: readonly Overview[], terminal: Terminal): string {
  const members = commands.filter(({ name }) => name.startsWith(`${group} `));
  const block = { title: `attune ${group}`, rows: members.map(({ name, summary }): Row => [name, summary]) };
  return formatBlocks([block], terminal).join('\n');
}

/** Settings used by most recipes; `--help all` shows the others too. */
const ESSENTIAL: ReadonlySet<string> = new Set([
  'model',
  'data.train',
  'data.validation',
  'data.test',
  'data.columns',
  'data.format',
  'data.max_length',
  'data.long_rows',
  'data.strict',
  'tuning.method',
  'objective.name',
  'training.epochs',
  'training.max_steps',
  'training.learning_rate',
  'training.batch_size',
  'training.seed',
  'evaluation.metrics',
  'evaluation.baselines',
  'output_dir',
]);

/** `attune train --help`: the most common settings, all of them, or those of one group. */
export function settingsHelp(
  name: string,
  command: Command,
  { keys, wanted }: { keys: readonly RecipeKey[]; wanted?: string },
  terminal: Terminal,
): string {
  if (keys.length === 0 || wanted === 'all') return commandHelp(name, command, keys, terminal);
  const groups = Map.groupBy(keys, groupOf);
  const isWanted = (key: RecipeKey): boolean =>
    wanted === undefined ? ESSENTIAL.has(key.path) : groupOf(key).slice('Settings: '.length).startsWith(wanted);
  const shown = keys.filter(isWanted);
  if (shown.length === 0) throw noGroup(wanted ?? '', [...groups.keys()]);
  const sectionsOf = [...new Set([...groups.keys()].map((title) => title.split(' ')[1]))];
  const more =
    `Shown: ${shown.length} of ${keys.length} settings. attune ${name} --help all lists every one, ` +
    `--help GROUP those of a group: ${sectionsOf.join(', ')}.`;
  const note = wrap(more, Math.min(terminal.columns, MAX_WIDTH)).map(terminal.colours.dim);
  return `${commandHelp(name, command, keys, terminal, shown)}${note.join('\n')}\n`;
}

function noGroup(got: string, titles: readonly string[]): AttuneError {
  const names = [...new Set(titles.map((title) => title.split(' ')[1]))];
  return new AttuneError('E_USAGE', {
    what: `There is no settings group "${got}"`,
    expected: ['all', ...names].join(', '),
  });
}

/** Full help of a command; `keys` are the recipe's settings if it takes them, and `shown` the ones to list. */
// oxlint-disable-next-line max-params -- the fifth chooses among the third
export function commandHelp(
  name: string,
  command: Command,
  keys: readonly RecipeKey[],
  terminal: Terminal,
  shown: readonly RecipeKey[] = keys,
): string {
  const { dim } = terminal.colours;
  const own = (command.options ?? []).map((option): Row => {
    const earlier = option.aliases === undefined ? '' : `; ${option.aliases.join(', ')} means the same`;
    return [option.value === undefined ? option.name : `${option.name} ${option.value}`, option.summary + earlier];
  });
  const blocks: Block[] = [
    { title: 'Arguments', rows: (command.arguments ?? []).map((argument): Row => [argument.name, argument.summary]) },
    {
      title: 'Options',
      rows: [
        ...own,
        ['--json', 'print one JSON document; progress goes to standard error'],
        ['--help', keys.length > 0 ? 'this text; --help all: every setting' : 'this text'],
      ],
    },
    ...recipeBlocks(shown, keys),
  ];
  const examples = (command.examples ?? []).map((example) => `  attune ${example}`);
  return [
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    '',
    `${dim('Usage')}  ${usageLine(name, command)}`,
    '',
    ...formatBlocks(blocks, terminal),
    ...(examples.length > 0 ? [heading('Examples', terminal), ...examples, ''] : []),
    ...(keys.length > 0 ? [...wrap(recipeNote, Math.min(terminal.columns, MAX_WIDTH)).map(dim), ''] : []),
  ].join('\n');
}

/** Settings by group of the recipe; an option of a method is listed under the methods that share it. */
function recipeBlocks(listed: readonly RecipeKey[], keys: readonly RecipeKey[]): Block[] {
  const shown = listed.filter((key) => key.leaf !== 'version' && key.leaf !== 'references');
  const rows = shown.flatMap((key) => key.variants?.map((variant) => ({ ...key, ...variant })) ?? [key]);
  const groups = Map.groupBy(rows, groupOf);
  return [...groups].map(([title, members]) => ({
    title,
    rows: members.map((key): Row => [`--${flagName(key, keys)} ${key.shown}`, describe(key)]),
  }));
}

function groupOf(key: RecipeKey): string {
  const section = key.path.includes('.') ? key.path.slice(0, key.path.lastIndexOf('.')) : 'run';
  return key.methods === undefined ? `Settings: ${section}` : `Settings: ${section} ${key.methods.join(', ')}`;
}

/** The last part of the name if it is unambiguous; for the choice of a method, the short form. */
function flagName(key: RecipeKey, keys: readonly RecipeKey[]): string {
  if (key.leaf === 'method' || key.leaf === 'name') return key.path.split('.').at(-2)!;
  return keys.filter((other) => other.leaf === key.leaf).length === 1 ? key.leaf : key.path;
}

function describe({ description, defaultValue }: RecipeKey): string {
  if (defaultValue === undefined || defaultValue === null) return description;
  const text = typeof defaultValue === 'string' ? defaultValue : JSON.stringify(defaultValue).replaceAll('"', '');
  return text === '' || text === '{}' || text === '[]' ? description : `${description} (${text})`;
}

function formatBlocks(blocks: readonly Block[], terminal: Terminal): string[] {
  const filled = blocks.filter((block) => block.rows.length > 0);
  const lengths = filled.flatMap((block) => block.rows.map(([term]) => term.length));
  const termWidth = Math.min(greatest(lengths), Math.floor(terminal.columns / 2.2), 36);
  return filled.flatMap(({ title, rows }) => [
    ...wrap(title, Math.min(terminal.columns, MAX_WIDTH)).map((line) => heading(line, terminal)),
    ...rows.flatMap((row) => formatRow(row, termWidth, terminal)),
    '',
  ]);
}

function heading(title: string, terminal: Terminal): string {
  return terminal.colours.bold(title);
}

function formatRow([term, description]: Row, termWidth: number, terminal: Terminal): string[] {
  const indent = ' '.repeat(termWidth + 4);
  const width = Math.max(20, Math.min(terminal.columns, MAX_WIDTH) - indent.length);
  const [first, ...others] = wrap(description, width);
  const rest = others.map((line) => `${indent}${line}`);
  const { cyan } = terminal.colours;
  if (term.length > termWidth) {
    const lines = brokenChoices(term, Math.min(terminal.columns, MAX_WIDTH) - 4);
    return [...lines.map((line, i) => `${i === 0 ? '  ' : '    '}${cyan(line)}`), `${indent}${first}`, ...rest];
  }
  return [`  ${cyan(term)}${' '.repeat(termWidth - term.length + 2)}${first}`, ...rest];
}

/** Breaks a long list of choices after `|`. */
function brokenChoices(term: string, width: number): string[] {
  const lines = [''];
  for (const choice of term.split(/(?<=\|)/)) {
    if (lines[lines.length - 1].length + choice.length > width && lines[lines.length - 1] !== '') lines.push('');
    lines[lines.length - 1] += choice;
  }
  return lines;
}
