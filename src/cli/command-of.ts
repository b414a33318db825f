import type { Argument, FlagNotes, Shape } from '../app/use-cases/fields.ts';
import type { Call, UseCase } from '../app/use-cases/use-case.ts';
import type { Command, CommandContext, CommandOption } from './command.ts';
import { withCall } from '../terminal/with-progress.ts';
import { keepHeapsSmall } from './small-heap.ts';

export interface Flag extends CommandOption {
  /** The field's name. */
  key: string;
  read: FlagNotes['read'];
}

/** The command of a use case: its flags, and a call made of what was typed. */
export async function commandOf(useCase: UseCase): Promise<Omit<Command, 'options'> & { options: readonly Flag[] }> {
  const { fields, flagNotes } = await import('../app/use-cases/fields.ts');
  const places = useCase.arguments?.(fields) ?? [];
  const flags = flagsOf(useCase.options?.(fields) ?? {}, { flagNotes });
  return {
    ...overviewOf(useCase),
    arguments: places.map(({ value, summary, required, many }) => ({ name: value, summary, required, many })),
    options: flags,
    async run(context) {
      const typed = inputOf(context, places, flags);
      const input = useCase.takesRecipe === true ? { ...typed, flags: context.recipeFlags } : typed;
      if (useCase.streamsRows === true) keepHeapsSmall();
      if (useCase.inTerminal !== undefined) return useCase.inTerminal(input, context);
      return withCall(context, useCase.stopping, (call) => useCase.run(input, call));
    },
    render: useCase.render?.bind(useCase),
  };
}

/** What the list of commands shows, without the fields: these load a library that the list has no need of. */
export function overviewOf({ section, summary, takesRecipe, examples, streamsJson, run }: UseCase): Command {
  return { section, summary, takesRecipe, examples, streamsJson, run: () => run({}, {} as Call) };
}

function flagsOf(shape: Shape, { flagNotes }: { flagNotes: (schema: Shape[string]) => FlagNotes | undefined }): Flag[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const notes = flagNotes(schema);
    if (notes === undefined || notes.inMemory === true) return [];
    const { summary, value, many, aliases, read, flag = dashed(key) } = notes;
    const required = !schema.safeParse(undefined).success;
    return [{ key, name: flag, value, many, aliases, read, required, summary }];
  });
}

function inputOf(
  context: CommandContext,
  places: readonly Argument[],
  flags: readonly Flag[],
): Record<string, unknown> {
  const named = places.flatMap(({ name, many, required }, at): [string, unknown][] => {
    const given = many ? context.arguments.slice(at) : context.arguments[at];
    return required || (given !== undefined && given.length > 0) ? [[name, given]] : [];
  });
  const options = flags.flatMap(({ key, name, value, many, read }): [string, unknown][] => {
    if (value === undefined) return context.has(name) ? [[key, read('', name)]] : [];
    const all = context.all(name);
    // An empty text was typed; an option that was not has none.
    return all.length === 0 ? [] : [[key, read(many === true ? all : all[0], name)]];
  });
  return Object.fromEntries([...named, ...options]);
}

/** `maxRows` as `--max-rows`. */
function dashed(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
