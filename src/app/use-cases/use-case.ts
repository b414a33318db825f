import type { z } from 'zod';
import type { Call } from '../../base/call.ts';
import { onDevice } from '../../base/wanted-device.ts';
import type { Console } from '../terminal/console.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Argument, FieldKit, Shape } from './fields.ts';

export type { Call } from '../../base/call.ts';

/** Section of the help that lists a command. */
export type Section = 'Start' | 'Data' | 'Train' | 'Use' | 'System';

/** A change or a cost that an agent's scope may forbid. Reading local files does not count. */
export type Effect =
  /** Writes files to paths given by the caller. */
  | 'writes-files'
  /** Creates or changes runs. */
  | 'writes-runs'
  /** Adds to the registry: versions, stored answers. */
  | 'writes-registry'
  /** Changes the model that serves users: champions, trials, servers. */
  | 'deploys'
  /** Records a person's judgement: ratings, choices, sign-offs. */
  | 'judges'
  /** Deletes data that cannot be recreated. */
  | 'deletes'
  /** Uses the processor for more than seconds. */
  | 'computes'
  /** Sends rows or prompts to another machine. */
  | 'sends'
  /** Downloads from the network. */
  | 'fetches'
  /** Listens on a port until it is stopped. */
  | 'listens'
  /** Grants rights: keys, approvals, sessions. */
  | 'grants';

/**
 * One thing that a user can do, declared once: the command with its flags, help and usage errors, the library's typed
 * function, the reference pages, forms and tools are all generated from it. Imports dependencies inside `run` and
 * `render`, so that help and usage errors come at once.
 */
export interface UseCase<
  Arguments extends readonly Argument[] = readonly Argument[],
  Options extends Shape = Shape,
  Result = unknown,
  Others extends Record<string, unknown> = {},
  Shown = Result,
> {
  section: Section;
  /** One line for the list of commands. */
  summary: string;
  /** Positional arguments in order. */
  arguments?: (fields: FieldKit) => Arguments;
  /** Options by name: `maxRows` is `--max-rows` in a terminal. */
  options?: (fields: FieldKit) => Options;
  /** Whether the recipe's keys are accepted as flags, which arrive in the option `flags`. */
  takesRecipe?: boolean;
  effects: readonly Effect[];
  /** Talks with a person, line by line: not offered to agents. */
  isConversation?: true;
  /** Command lines that work as they are, without the leading `attune`. */
  examples?: readonly string[];
  /**
   * Message at the first Ctrl-C. Without one, Ctrl-C ends the process immediately, which requires that the work is
   * safe to interrupt.
   */
  stopping?: string;
  /** Options that change the result's type; `resultType` declares the type for each, so that callers need no type check. */
  resultWith?: Others;
  /** Whether it streams rows, so that the command's process should collect garbage sooner. */
  streamsRows?: true;
  /** Its result is printed by `--json`; the JSON schema for tools and forms is generated from its type (tools/generate). */
  run(input: Input<Arguments, Options>, call: Call): Promise<Result>;
  /** Replaces `run` on the command line for interactive commands; its result may differ from the one programs get. */
  inTerminal?(input: Input<Arguments, Options>, console: Console): Promise<Shown | undefined>;
  /** Prints its `--json` document itself while running, not at the end. */
  streamsJson?: true;
  /** The result as text for people. Absent if `run` has already printed everything. */
  render?(result: Shown, terminal: Terminal): string | Promise<string>;
}

type ArgumentValues<Arguments extends readonly Argument[]> = {
  [Each in Arguments[number] as Each['name']]: z.output<Each['schema']>;
};

/** Optional options become optional members. */
type OptionValues<Options extends Shape> = keyof Options extends never ? {} : z.output<z.ZodObject<Options>>;

/** Arguments and options in one object. */
export type Input<Arguments extends readonly Argument[], Options extends Shape> = ArgumentValues<Arguments> &
  OptionValues<Options>;

/** The input that a definition's `run` receives. */
export type InputOf<Definition> =
  Definition extends UseCase<infer Arguments, infer Options, infer _> ? Input<Arguments, Options> : never;

/** The options of a definition, without its arguments. */
export type OptionsOf<Definition> =
  Definition extends UseCase<infer _, infer Options, infer __> ? OptionValues<Options> : never;

/** Last parameter of a library function: its options, event callbacks and abort signal. */
export type CallOptions<Definition> = OptionsOf<Definition> & Partial<Call>;

/** Infers the types of a definition for its `run` and its callers. */
export function defineUseCase<
  const Arguments extends readonly Argument[] = [],
  Options extends Shape = {},
  Result = unknown,
  Others extends Record<string, unknown> = {},
  Shown = Result,
>(useCase: UseCase<Arguments, Options, Result, Others, Shown>): UseCase<Arguments, Options, Result, Others, Shown> {
  return useCase;
}

/** Runs a use case on the device that its input names, if it has that option. */
export function onChosenDevice<Value>(options: object, input: { device?: unknown }, run: () => Value): Value {
  return onDevice('device' in options ? String(input.device ?? 'auto') : undefined, run);
}

/** Declares the result type for an option in `resultWith`; undefined at run time. */
export function resultType<Result>(): Result {
  return undefined as Result;
}
