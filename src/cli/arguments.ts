import { Command as Parser, type CommanderError } from 'commander';
import { AttuneError } from '../base/errors.ts';
import { flagName } from '../base/flag-name.ts';
import { nearest } from '../base/nearest.ts';
import type { Command } from './command.ts';
import { usageLine } from './usage-line.ts';

export interface ParsedArguments {
  all: readonly string[];
  /** Values by dashed name: text, or true for a switch; a list for an option that may be repeated. */
  options: ReadonlyMap<string, string | boolean | readonly string[]>;
}

/** Parses a command's own arguments and options. @throws AttuneError E_USAGE, with the options that exist */
export function parseArguments(name: string, command: Command, argv: readonly string[]): ParsedArguments {
  const parser = buildParser(command);
  try {
    parser.parse(dashedWords(command, argv), { from: 'user' });
  } catch (error) {
    throw usageError(error as CommanderError, name, command);
  }
  const values = parser.processedArgs.flat() as (string | undefined)[];
  const all = values.filter((value) => value !== undefined);
  refuseEmpty(all, name, command);
  const given = parser.opts<Record<string, string | boolean | string[]>>();
  const options = new Map(Object.entries(given).map(([key, value]) => asWritten(key, value, command)));
  refuseMissing(options, name, command);
  return { all, options };
}

/** Reports all missing options at once. */
function refuseMissing(given: ParsedArguments['options'], name: string, command: Command): void {
  const missing = (command.options ?? []).filter((option) => option.required === true && !given.has(option.name));
  if (missing.length === 0) return;
  const names = missing.map((option) => option.name);
  throw new AttuneError('E_USAGE', {
    what: `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} missing`,
    expected: usageLine(name, command),
    fix: missing.map((option) => `${option.name} ${option.value ?? ''}: ${option.summary}`).join('; '),
  });
}

/** An empty argument, for example from an unset shell variable, would be read as the current folder. */
function refuseEmpty(words: readonly string[], name: string, command: Command): void {
  const place = words.findIndex((word) => word.trim() === '');
  if (place < 0) return;
  const names = (command.arguments ?? []).map((argument) => argument.name);
  throw new AttuneError('E_USAGE', {
    what: `${names[place] ?? names.at(-1) ?? 'An argument'} is empty`,
    expected: usageLine(name, command),
    fix: 'check the variable or quotes it comes from',
  });
}

function buildParser(command: Command): Parser {
  const parser = new Parser()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .option('--json')
    .allowExcessArguments(false);
  for (const { name, required, many } of command.arguments ?? []) {
    const inner = `${name}${many === true ? '...' : ''}`;
    parser.argument(required === true ? `<${inner}>` : `[${inner}]`);
  }
  for (const { name, value, many } of command.options ?? []) {
    const flags = value === undefined ? name : `${name} <${value}>`;
    if (many === true) parser.option(flags, '', (text, before: string[] = []) => [...before, text]);
    else parser.option(flags);
  }
  return parser;
}

/** Notices about options given by a former name. */
export function renamedOptions({ options = [] }: Command, argv: readonly string[]): string[] {
  return options.flatMap(({ name, aliases = [] }) => {
    const given = aliases.filter((alias) => argv.some((word) => word === alias || word.startsWith(`${alias}=`)));
    return given.map((alias) => `${alias} is called ${name}`);
  });
}

/** Rewrites options in the spelling of recipes and other tools (`--top_p`) with dashes. */
function dashedWords(command: Command, argv: readonly string[]): string[] {
  const options = command.options ?? [];
  const names = new Map(options.flatMap(({ name, aliases = [] }) => [name, ...aliases].map((one) => [one, name])));
  return argv.map((word) => {
    const [name, ...value] = word.split('=');
    const known = name.startsWith('--') ? `--${name.slice(2).replaceAll('_', '-')}` : name;
    const canonical = names.get(known);
    return canonical === undefined ? word : [canonical, ...value].join('=');
  });
}

/** The parser stores --no-open as `open: false`, and sets `open: true` if it is not given; undoes both. */
function asWritten<Value>(key: string, value: Value, { options = [] }: Command): [string, Value | boolean] {
  const negated = `--no-${flagName(key).slice(2)}`;
  return options.some(({ name }) => name === negated) ? [negated, value === false] : [flagName(key), value];
}

function usageError(error: CommanderError, name: string, command: Command): AttuneError {
  if (error.code?.startsWith('commander.') !== true) throw error;
  const what = firstSentence(error.message);
  const wrong = /'(?<option>--[^' =]+)/.exec(error.message)?.groups?.option;
  const known = ['--json', '--help', ...(command.options ?? []).map((option) => option.name)];
  const close = wrong === undefined ? undefined : nearest(wrong, known);
  const fix = close === undefined || close === wrong ? `see: attune ${name} --help` : `did you mean ${close}?`;
  return new AttuneError('E_USAGE', { what, expected: usageLine(name, command), fix });
}

function firstSentence(message: string): string {
  const text = message.replace(/^error: /, '').split(/\n|\. /, 1)[0];
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll(/'([^']*)'/g, '$1');
}
