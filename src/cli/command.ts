import type { RecipeFlags } from '../app/recipe/index.ts';
import type { Console } from '../terminal/console.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface CommandArgument {
  /** In capitals, as the help shows it: FILE. */
  name: string;
  summary: string;
  required?: boolean;
  /** Takes all that follow. */
  many?: boolean;
}

export interface CommandOption {
  /** With dashes: --dry-run. */
  name: string;
  /** What the value is, in capitals; without it the option is a switch. */
  value?: string;
  /** May be given several times; elsewhere only the last one would count. */
  many?: boolean;
  summary: string;
  /** Other spellings that the command had before; a word says how it is called now. */
  aliases?: readonly string[];
  /** The command cannot do without: the usage line shows it, and the command says what it is for. */
  required?: boolean;
}

/** Where the help lists a command. */
export type CommandSection = 'Start' | 'Data' | 'Train' | 'Use' | 'System';

/** One verb. Its file imports the use case inside `run`, so that help and errors stay fast. */
export interface Command<Result = unknown> {
  section: CommandSection;
  /** One line for the list of commands. */
  summary: string;
  arguments?: readonly CommandArgument[];
  options?: readonly CommandOption[];
  /** Takes the recipe's keys as flags. */
  takesRecipe?: boolean;
  /** Lines that work as they stand, without `attune`. */
  examples?: readonly string[];
  /** Prints its one document for `--json` itself, before it ends. */
  streamsJson?: true;
  /** The result is what `--json` prints. */
  run(context: CommandContext): Promise<Result>;
  /**
   * What people read instead. A command that has already written everything leaves it out. What it needs for that alone
   * is imported here: the overview loads every command.
   */
  render?(result: Result, terminal: Terminal): string | Promise<string>;
}

export interface CommandContext extends Console {
  /** Positional arguments by the command's names. */
  argument(name: string): string | undefined;
  readonly arguments: readonly string[];
  /** Value of an option with a value. */
  option(name: string): string | undefined;
  /** All values of an option that may be given several times. */
  all(name: string): readonly string[];
  /** An option's value out of the known ones, of which the first is the default. @throws AttuneError E_USAGE */
  choice<Choice extends string>(name: string, known: readonly Choice[]): Choice;
  /** An option's value as a whole number above 0. @throws AttuneError E_USAGE */
  count(name: string): number | undefined;
  /** Whether a switch was given. */
  has(name: string): boolean;
  readonly recipeFlags: RecipeFlags;
}

/** Keeps a command's result type between `run` and `render`. */
export function defineCommand<Result>(command: Command<Result>): Command<Result> {
  return command;
}
