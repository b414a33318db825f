import { useCases, type UseCaseName } from '../app/use-cases/index.ts';
import type { UseCase } from '../app/use-cases/use-case.ts';
import { defineRegistry } from '../base/registry.ts';
import { commandOf } from './command-of.ts';
import type { Command, Overview } from './command.ts';

interface CommandModule {
  /** Summary for the list of commands, available without loading fields or zod. */
  overview: Overview;
  whole(): Promise<Command>;
}

const entries = (Object.keys(useCases) as UseCaseName[]).map((name) => {
  const load = async (): Promise<CommandModule> => {
    const useCase = (await useCases[name]()).useCase as UseCase;
    return { overview: useCase, whole: () => commandOf(useCase) };
  };
  return [name, load] as const;
});

/** One command per use case, in the same order. */
export const commands = defineRegistry<CommandModule, UseCaseName>(
  'command',
  'E_UNKNOWN_COMMAND',
  Object.fromEntries(entries) as Record<UseCaseName, () => Promise<CommandModule>>,
);
