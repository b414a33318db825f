import type { RecipeFlags } from '../app/recipe/index.ts';
import type { Section } from '../app/use-cases/use-case.ts';
import type { Console } from '../app/terminal/console.ts';
import type { Terminal } from '../app/terminal/terminal.ts';

export interface CommandArgument {
  /** In capitals, as the help shows it: FILE. */
  name: string;
  summary: string;
  required?: boolean;
  /** Takes all remaining words. */
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
  /** Former names of the option; a remark states the current one. */
  aliases?: readonly string[];
  /** Required: the usage line shows it, and the error explains its purpose. */
  required?: boolean;
}

/** One verb. Its file imports the use case inside `run`, so that help and errors stay fast. */
export interface Command<Result = unknown> {
  section: Section;
  /** One line for the list of commands. */
  summary: string;
  arguments?: readonly CommandArgument[];
  options?: readonly CommandOption[];
  /** Takes the recipe's keys as flags. */
  takesRecipe?: boolean;
  /** Lines that work as they stand, without `attune`. */
  examples?: readonly string[];
  /** Prints its `--json` document itself while it runs, rather than at the end. */
  streamsJson?: true;
  /** Returns the result that `--json` prints. */
  run(context: CommandContext): Promise<Result>;
  /** The result as text for people; absent for commands that print as they run. */
  render?(result: Result, terminal: Terminal): string | Promise<string>;
}

/** A line of the list of commands. */
export type Overview = Pick<Command, 'section' | 'summary'>;

export interface CommandContext extends Console {
  readonly arguments: readonly string[];
  /** All values of an option that may be given several times. */
  all(name: string): readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  readonly recipeFlags: RecipeFlags;
}
