import { jsonForTerminal } from '../app/terminal/control-characters.ts';
import type { Command } from './command.ts';
import { type Invocation, parseInvocation } from './command-names.ts';
import { commands } from './commands.ts';
import type { Surroundings } from './context.ts';
import { createTerminal } from '../app/terminal/terminal.ts';

export type { Surroundings } from './context.ts';

/** Runs one command line and returns its exit code: 0 success, 1 the user can fix it, 2 a bug, 3 a gate refused. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const isJson = argv.includes('--json');
  try {
    await runInvocation(parseInvocation(argv, commands.names), surroundings, isJson);
    return 0;
  } catch (caught) {
    const error = await unreadableLink(caught);
    const { describeFailure, exitCodeOf, failureDocument } = await import('./failure.ts');
    if (isJson) printJson(failureDocument(error), surroundings);
    else {
      const terminal = createTerminal(surroundings.stderr, surroundings.env);
      terminal.write(describeFailure(error, terminal));
    }
    return exitCodeOf(error);
  }
}

/** A symbolic link to itself fails on first access, before any reader handles it. */
async function unreadableLink(error: unknown): Promise<unknown> {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  if ((code !== 'ELOOP' && code !== 'ENAMETOOLONG') || path === undefined) return error;
  const { readFailure } = await import('../files/bytes.ts');
  return readFailure(path, error);
}

async function runInvocation(invocation: Invocation, surroundings: Surroundings, isJson: boolean): Promise<void> {
  const terminal = createTerminal(surroundings.stdout, surroundings.env);
  switch (invocation.kind) {
    case 'version':
      return printVersion(surroundings, isJson);
    case 'overview':
    case 'group': {
      const [{ overviewHelp, groupHelp }, { overviews }] = await Promise.all([
        import('./help.ts'),
        import('./overviews.generated.ts'),
      ]);
      const isGroup = invocation.kind === 'group';
      return terminal.write(
        isGroup ? groupHelp(invocation.group, overviews, terminal) : overviewHelp(overviews, terminal),
      );
    }
    case 'command': {
      const command = await commands.load(invocation.name);
      if (!invocation.isHelp) return runCommand(invocation.name, command, invocation.argv, surroundings);
      const { settingsHelp } = await import('./help.ts');
      const keys = command.takesRecipe === true ? (await loadKeys()).all : [];
      return terminal.write(settingsHelp(invocation.name, command, { keys, wanted: invocation.wanted }, terminal));
    }
  }
}

async function loadKeys() {
  const { recipeKeys } = await import('../app/recipe/keys.ts');
  return recipeKeys();
}

async function runCommand(
  name: string,
  command: Command,
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<void> {
  const { flags, rest } = await splitFlags(command, argv);
  const [{ parseArguments, renamedOptions }, { createContext }, { onFirstRun }] = await Promise.all([
    import('./arguments.ts'),
    import('./context.ts'),
    import('../training/first-run.ts'),
  ]);
  const ended = new AbortController();
  const parsed = parseArguments(name, command, rest);
  const context = createContext({ parsed, recipeFlags: flags, surroundings, ended: ended.signal });
  onFirstRun((message) => context.log.line(`${context.log.colours.yellow('!')} ${message}`));
  for (const renamed of renamedOptions(command, rest)) context.log.line(context.log.colours.dim(renamed));
  const result = await command.run(context).finally(() => ended.abort());
  if (context.isJson) return command.streamsJson === true ? undefined : printJson(result ?? null, surroundings);
  const text = (await command.render?.(result, context.out)) ?? '';
  if (text !== '') context.out.write(text.endsWith('\n') ? text : `${text}\n`);
}

async function splitFlags(command: Command, argv: readonly string[]) {
  if (command.takesRecipe !== true) return { flags: {}, rest: argv };
  const { splitRecipeFlags } = await import('./recipe-flags.ts');
  return splitRecipeFlags(argv, command, await loadKeys());
}

function printJson(value: unknown, surroundings: Surroundings): void {
  surroundings.stdout.write(`${jsonForTerminal(JSON.stringify(value, null, 2))}\n`);
}

async function printVersion(surroundings: Surroundings, isJson: boolean): Promise<void> {
  const { describeVersions, readVersions } = await import('./read-versions.ts');
  const versions = readVersions();
  if (isJson) return printJson(versions, surroundings);
  createTerminal(surroundings.stdout, surroundings.env).line(describeVersions(versions));
}
