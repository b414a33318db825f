import type { RecipeFlags, RecipeKey, RecipeKeys } from '../app/recipe/index.ts';
import { AttuneError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Command, CommandOption } from './command.ts';

export interface SplitArguments {
  flags: RecipeFlags;
  /** Arguments of the command itself. */
  rest: string[];
}

/** Words accepted as the value of a switch. */
const switchValues = new Set(['true', 'false', 'auto', 'null']);

/** Separates the recipe's flags from the rest of a command line: `--key value`, `--key=value`, `--switch`. */
export function splitRecipeFlags(argv: readonly string[], command: Command, keys: RecipeKeys): SplitArguments {
  const spellings = ({ name, aliases = [] }: CommandOption) => [name, ...aliases];
  const own = new Set(['--json', '--help', ...(command.options ?? []).flatMap(spellings)]);
  const withValue = new Set((command.options ?? []).filter((option) => option.value).flatMap(spellings));
  const split: SplitArguments = { flags: {}, rest: [] };
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index];
    if (word === '--') return { ...split, rest: [...split.rest, ...argv.slice(index)] };
    const [name, attached] = cutAtEquals(word);
    if (!word.startsWith('--') || own.has(name)) {
      split.rest.push(word);
      if (withValue.has(name) && attached === undefined && index + 1 < argv.length) split.rest.push(argv[++index]);
      continue;
    }
    refuseSlip(name, own, keys);
    const value = attached ?? valueAfter(argv, index, switchNamed(name, keys));
    if (attached === undefined && value !== undefined) index++;
    addFlag(split.flags, name.slice(2), value ?? true);
  }
  return split;
}

function cutAtEquals(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function valueAfter(argv: readonly string[], index: number, switchKey: RecipeKey | undefined): string | undefined {
  const next = argv[index + 1];
  if (next === undefined) return undefined;
  // Some switches also accept names.
  if (switchKey !== undefined)
    return switchValues.has(next) || switchKey.schema.safeParse(next).success ? next : undefined;
  return next.startsWith('-') && !/^-\.?\d/.test(next) ? undefined : next;
}

/** Recipe keys that a flag may refer to, with dashes or underscores. */
function keysNamed(name: string, keys: RecipeKeys) {
  const path = name.slice(2).replaceAll('-', '_');
  const whole = keys.at(path);
  return whole === undefined ? keys.withLeaf(path) : [whole];
}

function switchNamed(name: string, keys: RecipeKeys): RecipeKey | undefined {
  const [found, ...others] = keysNamed(name, keys);
  const isSwitch = others.length === 0 && found?.schema.safeParse(true).success && !found.schema.safeParse('').success;
  return isSwitch ? found : undefined;
}

/** Rejects a misspelt option of the command itself: `--dry-rn` is closer to it than to any recipe setting. */
function refuseSlip(name: string, own: ReadonlySet<string>, keys: RecipeKeys): void {
  if (keysNamed(name, keys).length > 0) return;
  const close = nearest(name, [...own]);
  const setting = nearest(
    name.slice(2),
    keys.all.map((key) => key.leaf),
  );
  if (close === undefined || setting !== undefined) return;
  throw new AttuneError('E_USAGE', { what: `There is no option ${name}`, fix: `did you mean ${close}?` });
}

function addFlag(flags: RecipeFlags, name: string, value: unknown): void {
  if (Object.hasOwn(flags, name)) {
    throw new AttuneError('E_USAGE', { what: `--${name} is given twice`, fix: 'give it once' });
  }
  Object.defineProperty(flags, name, { value, enumerable: true });
}
