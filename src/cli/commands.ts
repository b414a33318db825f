import { useCases, type UseCaseName } from '../app/use-cases/index.ts';
import type { UseCase } from '../app/use-cases/use-case.ts';
import { defineRegistry } from '../base/registry.ts';
import type { Command } from './command.ts';

const entries = (Object.keys(useCases) as UseCaseName[]).map((name) => {
  const load = async (): Promise<Command> => {
    const [{ useCase }, { commandOf }] = await Promise.all([useCases[name](), import('./command-of.ts')]);
    return commandOf(useCase as UseCase);
  };
  return [name, load] as const;
});

/** One command per use case, in the same order. */
export const commands = defineRegistry<Command, UseCaseName>(
  'command',
  'E_UNKNOWN_COMMAND',
  Object.fromEntries(entries) as Record<UseCaseName, () => Promise<Command>>,
);
