import type { Argument, FlagNotes } from '../app/use-cases/fields.ts';
import type { FieldDescription } from '../app/use-cases/schema.ts';
import { onChosenDevice, type UseCase } from '../app/use-cases/use-case.ts';
import type { Command, CommandContext, CommandOption } from './command.ts';
import { withCall } from '../app/terminal/with-progress.ts';
import { keepHeapsSmall } from './small-heap.ts';

export interface Flag extends CommandOption {
  /** The field's name. */
  key: string;
  read: FlagNotes['read'];
}

/** Builds the command of a use case: its flags, and a `run` that passes the typed values on. */
export async function commandOf(useCase: UseCase): Promise<Omit<Command, 'options'> & { options: readonly Flag[] }> {
  const [{ fields }, { fieldsOf }] = await Promise.all([
    import('../app/use-cases/fields.ts'),
    import('../app/use-cases/schema.ts'),
  ]);
  const { section, summary, takesRecipe, examples, streamsJson } = useCase;
  const places = useCase.arguments?.(fields) ?? [];
  const flags = fieldsOf(useCase).flatMap(asFlag);
  return {
    section,
    summary,
    takesRecipe,
    examples,
    streamsJson,
    arguments: places.map(({ value, summary: about, required, many }) => ({
      name: value,
      summary: about,
      required,
      many,
    })),
    options: flags,
    async run(context) {
      const typed = inputOf(context, places, flags);
      const input = takesRecipe === true ? { ...typed, flags: context.recipeFlags } : typed;
      if (useCase.streamsRows === true) keepHeapsSmall();
      return onChosenDevice(useCase.options?.(fields) ?? {}, typed, () => {
        if (useCase.inTerminal !== undefined) return useCase.inTerminal(input, context);
        return withCall(context, useCase.stopping, (call) => useCase.run(input, call));
      });
    },
    render: useCase.render?.bind(useCase),
  };
}

function asFlag({ name: key, isRequired: required, isInMemory, spelling, flag }: FieldDescription): Flag[] {
  if (flag === undefined || isInMemory) return [];
  const { summary, value, many, aliases, read } = flag;
  return [{ key, name: spelling, value, many, aliases, read, required, summary }];
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
    // An option given with an empty text counts as given.
    return all.length === 0 ? [] : [[key, read(many === true ? all : all[0], name)]];
  });
  return Object.fromEntries([...named, ...options]);
}
