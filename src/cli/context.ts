import type { RecipeFlags } from '../app/recipe/index.ts';
import { AttuneError } from '../base/errors.ts';
import { withoutCredentials } from '../base/secrets.ts';
import { onStopSignals } from '../base/stop-signals.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { createProgress } from '../app/terminal/progress/index.ts';
import { createTerminal, type OutputStream } from '../app/terminal/terminal.ts';

/** Parts of the process that the command line uses; tests pass their own. */
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
  /** Aborts when the command has ended. */
  ended: AbortSignal;
}

export function createContext({ parsed, recipeFlags, surroundings, ended }: ContextParts): CommandContext {
  const { stdin, stdout, stderr, env } = surroundings;
  const isJson = parsed.options.has('--json');
  const log = createTerminal(stderr, env, withoutCredentials);
  return {
    arguments: parsed.all,
    all: (name) => [parsed.options.get(name) ?? []].flat().map(String),
    has: (name) => parsed.options.get(name) === true,
    recipeFlags,
    isJson,
    // CI servers may allocate a terminal without a user.
    isInteractive: !isJson && stdin.isTTY === true && stdout.isTTY === true && (env.CI ?? '') === '',
    out: createTerminal(isJson ? silent : stdout, env),
    log,
    progress: () => createProgress(log),
    stopSignal: (advice) => stopSignal(() => log.line(typeof advice === 'string' ? advice : advice()), ended),
  };
}

/** The first Ctrl-C or SIGTERM aborts. After that the default behaviour applies, so a second one kills the process. */
function stopSignal(announce: () => void, ended: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const unlisten = onStopSignals((signal) => {
    unlisten();
    announce();
    controller.abort(new AttuneError('E_STOPPED', { what: `Stopped: received ${signal}` }));
  });
  ended.addEventListener('abort', unlisten, { once: true });
  return controller.signal;
}
