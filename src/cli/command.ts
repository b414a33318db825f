import type { RecipeFlags } from '../app/recipe/index.ts';
import type { Section } from '../app/use-cases/use-case.ts';
import type { Console } from '../app/terminal/console.ts';
import type { Terminal } from '../app/terminal/terminal.ts';

export interface CommandArgument {
  /** In capitals, as the help shows it: FILE. */
  name: string;
  summary: string;
  required?: boolean;
  /** Takes all remaining arguments. */
  many?: boolean;
}

export interface CommandOption {
  /** Name with dashes: --dry-run. */
  name: string;
  /** Name of the value, in capitals; an option without one is a switch. */
  value?: string;
  /** May be repeated; otherwise only the last occurrence would count. */
  many?: boolean;
  summary: string;
  /** Former names of the option, which still work; a notice states the current one. */
  aliases?: readonly string[];
  /** Whether it must be given: the usage line shows it, and the error for a missing one explains its purpose. */
  required?: boolean;
}

/** One command. Its module imports the use case inside `run`, so that help and errors stay fast. */
export interface Command<Result = unknown> {
  section: Section;
  /** One line for the list of commands. */
  summary: string;
  arguments?: readonly CommandArgument[];
  options?: readonly CommandOption[];
  /** Accepts the recipe's keys as flags. */
  takesRecipe?: boolean;
  /** Command lines that work as they are, without the leading `attune`. */
  examples?: readonly string[];
  /** Prints its `--json` document itself while running, not at the end. */
  streamsJson?: true;
  /** Returns the result that `--json` prints. */
  run(context: CommandContext): Promise<Result>;
  /** The result as text for people; absent for commands that print as they run. */
  render?(result: Result, terminal: Terminal): string | Promise<string>;
}

/** Entry in the list of commands. */
export type Overview = Pick<Command, 'section' | 'summary'> & { name: string };

export interface CommandContext extends Console {
  readonly arguments: readonly string[];
  /** All values of a repeatable option. */
  all(name: string): readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  readonly recipeFlags: RecipeFlags;
}
