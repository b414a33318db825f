// Properties that every use case has by declaration: nothing here is specific to one of them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fields } from '../../../src/app/use-cases/fields.ts';
import { useCases, type UseCaseName } from '../../../src/app/use-cases/index.ts';
import { libraryName, libraryOf } from '../../../src/app/use-cases/library.ts';
import { fieldsOf, inputSchema, outputSchema, type FieldDescription } from '../../../src/app/use-cases/schema.ts';
import type { UseCase } from '../../../src/app/use-cases/use-case.ts';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { commandOf } from '../../../src/cli/command-of.ts';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { recipeKeys } from '../../../src/app/recipe/index.ts';
import { splitRecipeFlags } from '../../../src/cli/recipe-flags.ts';
import { checkPrinted, checkResult } from '../../results.ts';

const names = Object.keys(useCases) as UseCaseName[];
const definitions = new Map<string, UseCase>(
  await Promise.all(names.map(async (name) => [name, (await useCases[name]()).useCase as UseCase] as const)),
);

/** Output and exit code of a command line. */
async function attune(...argv: string[]) {
  const [out, err]: string[][] = [[], []];
  const code = await runCommandLine(argv, {
    stdin: {},
    stdout: { write: (text: string) => Boolean(out.push(text)) },
    stderr: { write: (text: string) => Boolean(err.push(text)) },
    env: { NO_COLOR: '1' },
  });
  return { code, out: out.join(''), err: err.join('') };
}

/** The words of an example, without shell quotes. */
const words = (line: string) =>
  [...line.matchAll(/"(?<quoted>[^"]*)"|(?<bare>\S+)/g)].map(({ groups }) => groups!.quoted ?? groups!.bare);

type Called = (...given: unknown[]) => Promise<unknown>;

/** The library's function of a use case. */
function functionOf(name: string): Called {
  const [group, verb] = libraryName(name).split('.');
  const found = new Map<string, unknown>(Object.entries(libraryOf())).get(group) as Record<string, Called> & Called;
  return verb === undefined ? found : found[verb];
}

/** A value for each argument, so that only the options are wrong. */
const placesOf = (useCase: UseCase) => (useCase.arguments?.(fields) ?? []).map(({ many }) => (many ? ['x'] : 'x'));

describe.each(names)('%s', (name) => {
  const useCase = definitions.get(name)!;
  const described = fieldsOf(useCase);

  it('says what each of its fields is, under a name of its own', () => {
    expect(described.filter(({ summary }) => summary.trim() === '').map((field) => field.name)).toEqual([]);
    expect(new Set(described.map((field) => field.name)).size).toBe(described.length);
    expect(described.map((field) => field.name)).not.toEqual(expect.arrayContaining(['onEvent', 'onNotice', 'signal']));
  });

  it('has help with every flag, and refuses one that is not there', async () => {
    const { options = [] } = await commandOf(useCase);
    const help = await attune(...name.split(' '), '--help', ...(useCase.takesRecipe === true ? ['all'] : []));
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const { name: flag } of options) expect(help.out).toContain(flag);
    const wrong = await attune(...name.split(' '), '--no-such-flag-anywhere', '--json');
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.out)).toMatchObject({
      error: { code: expect.stringMatching(/^E_(?:USAGE|RECIPE)/) as string },
    });
  });

  it('has examples that can be typed', async () => {
    const command = await commandOf(useCase);
    const { options: flags } = command;
    expect(useCase.examples ?? []).toEqual(expect.any(Array));
    for (const example of useCase.examples ?? []) {
      const typed = words(example).slice(name.split(' ').length);
      const { rest } =
        useCase.takesRecipe === true ? splitRecipeFlags(typed, command, await recipeKeys()) : { rest: typed };
      const { options } = parseArguments(name, command, rest);
      const read = flags.filter(({ name: flag, value }) => value !== undefined && options.has(flag));
      const values = read.map((flag) => flag.read(options.get(flag.name) as string, flag.name));
      expect(values, example).not.toContain(undefined);
    }
  });

  it('has a JSON schema, for forms and tools', () => {
    const schema = inputSchema(useCase) as {
      properties: Record<string, { description?: string }>;
      required?: string[];
    };
    const shown = described.filter(({ isInMemory }) => !isInMemory);
    expect(Object.keys(schema.properties)).toEqual(shown.map((field) => field.name));
    expect(schema.required ?? []).toEqual(shown.filter(({ isRequired }) => isRequired).map((field) => field.name));
    for (const { description } of Object.values(schema.properties)) expect(description).toMatch(/\S/);
  });

  it('says in a JSON schema what it gives', async () => {
    const { type, anyOf, items = type } = await outputSchema(name);
    expect([type ?? anyOf, items ?? anyOf]).not.toContainEqual(undefined);
    expect(items).not.toEqual({});
    expect(() => checkResult(name, 'no result')).toThrow('must be');
  });

  it('refuses options that it does not know, with the nearest, and all that is wrong at once', async () => {
    const [first] = described.filter(({ isArgument }) => !isArgument);
    const slip = first === undefined ? 'nothing' : `${first.name}s`;
    const given = functionOf(name)(...placesOf(useCase), { [slip]: 'x', alsoUnknown: 1 });
    const error = (await given.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )) as { code: string; problems: { field?: string }[] };
    expect(error).toMatchObject({ code: 'E_USAGE' });
    expect(error.problems).toContainEqual(
      expect.objectContaining({ field: 'alsoUnknown', message: 'is not an option' }),
    );
    const fix: unknown = expect.stringContaining(first?.name ?? '');
    expect(error.problems.filter(({ field }) => field === slip)).toMatchObject(first === undefined ? [{}] : [{ fix }]);
  });

  it('does nothing where it was stopped before it began', async () => {
    const given = described.filter(({ isArgument, isRequired }) => !isArgument && isRequired);
    const options = Object.fromEntries(given.map((field) => [field.name, sample(field.schema)]));
    const stopped = functionOf(name)(...placesOf(useCase), {
      ...options,
      signal: AbortSignal.abort(new Error('stopped')),
    });
    await expect(stopped).rejects.toThrow('stopped');
  });
});

/** The first of several values that a schema accepts. */
function sample(schema: FieldDescription['schema']): unknown {
  return ['x', 1, ['x'], true, {}].find((value) => schema.safeParse(value).success) ?? enumerated(schema);
}

function enumerated(schema: { options?: readonly unknown[] } | object): unknown {
  return 'options' in schema ? (schema.options as readonly unknown[])[0] : undefined;
}

it('commands print what the types of their results say', { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-results-'));
  const path = (name: string) => join(folder, name);
  const rows = Array.from({ length: 24 }, (_, i) => ({
    text: `She says parcel ${i} is late`,
    label: ['a', 'b'][i % 2],
  }));
  writeFileSync(path('rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const lines = [
    'data inspect ROWS',
    'data groups ROWS',
    'data counterfactuals ROWS --output OUT/pairs.jsonl',
    'data steps',
    'data list',
    'init ROWS --output OUT/recipe.yaml',
    'models list',
    'models show attune-base',
    'keys create anna --file OUT/keys.json',
    'answers list',
    'runs list',
    'usage',
    'audit',
  ];
  for (const line of lines) {
    const argv = [...line.replace('ROWS', path('rows.jsonl')).replaceAll('OUT', folder).split(' '), '--json'];
    const { code, out: stdout } = await attune(...argv);
    expect({ line, code, stdout }).toMatchObject({ code: 0 });
    checkPrinted(argv, { code, stdout });
  }
});
