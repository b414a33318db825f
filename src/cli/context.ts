import type { RecipeFlags } from '../app/recipe/index.ts';
import { AttuneError } from '../base/errors.ts';
import { withoutCredentials } from '../base/secrets.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { createProgress } from '../terminal/progress/index.ts';
import { createTerminal, type OutputStream } from '../terminal/terminal.ts';

/** What the command line needs of a process; tests give their own. */
export interface Surroundings {
  stdin: { isTTY?: boolean };
  stdout: OutputStream;
  stderr: OutputStream;
  env: NodeJS.ProcessEnv;
}

const silent: OutputStream = { write: () => true };

export interface ContextParts {
  parsed: ParsedArguments;
  recipeFlags: RecipeFlags;
  surroundings: Surroundings;
}

export function createContext({ parsed, recipeFlags, surroundings }: ContextParts): CommandContext {
  const { stdin, stdout, stderr, env } = surroundings;
  const isJson = parsed.options.has('--json');
  const log = createTerminal(stderr, env, withoutCredentials);
  return {
    argument: (name) => parsed.named.get(name),
    arguments: parsed.all,
    option: (name) => textOf(parsed, name),
    choice: (name, known) => choiceOf(parsed, name, known),
    all: (name) => [parsed.options.get(name) ?? []].flat().map(String),
    count: (name) => countOf(parsed, name),
    has: (name) => parsed.options.get(name) === true,
    recipeFlags,
    isJson,
    // A build server may give a terminal, but nobody sits there.
    isInteractive: !isJson && stdin.isTTY === true && stdout.isTTY === true && (env.CI ?? '') === '',
    out: createTerminal(isJson ? silent : stdout, env),
    log,
    progress: () => createProgress(log),
    stopSignal: (advice) => stopSignal(() => log.line(typeof advice === 'string' ? advice : advice())),
  };
}

function textOf({ options }: ParsedArguments, name: string): string | undefined {
  const value = options.get(name);
  return typeof value === 'string' ? value : undefined;
}

function choiceOf<Choice extends string>(parsed: ParsedArguments, name: string, known: readonly Choice[]): Choice {
  const given = textOf(parsed, name) ?? known[0];
  const chosen = known.find((choice) => choice === given);
  if (chosen !== undefined) return chosen;
  throw new AttuneError('E_USAGE', { what: `${name} cannot be "${given}"`, expected: known.join(', ') });
}

function countOf(parsed: ParsedArguments, name: string): number | undefined {
  const text = textOf(parsed, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new AttuneError('E_USAGE', { what: `${name} is no count`, got: text, expected: 'a whole number above 0' });
}

/** First Ctrl-C or SIGTERM: abort. After that the system's own behaviour is back, so a second one ends the process. */
function stopSignal(announce: () => void): AbortSignal {
  const controller = new AbortController();
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
  const stop = (signal: NodeJS.Signals): void => {
    for (const name of signals) process.off(name, stop);
    announce();
    controller.abort(new AttuneError('E_STOPPED', { what: `Stopped: received ${signal}` }));
  };
  for (const signal of signals) process.on(signal, stop);
  return controller.signal;
}
