import { useCases, type UseCaseName } from '../use-cases/index.ts';
import { fieldsOf, inputSchema } from '../use-cases/schema.ts';
import type { UseCase } from '../use-cases/use-case.ts';

/** A use case as a form needs it. */
export interface DescribedUseCase {
  name: UseCaseName;
  summary: string;
  section: UseCase['section'];
  effects: UseCase['effects'];
  fields: { name: string; summary: string; isArgument: boolean; isRequired: boolean }[];
  /** JSON schema of the input. */
  input: Record<string, unknown>;
}

/** Every use case; those that show a page of their own or wait for keys belong to a terminal. */
export async function describeUseCases(): Promise<DescribedUseCase[]> {
  const names = Object.keys(useCases) as UseCaseName[];
  const all = await Promise.all(
    names.map(async (name) => ({ name, useCase: (await useCases[name]()).useCase as UseCase })),
  );
  return all.map(({ name, useCase }) => {
    const { summary, section, effects } = useCase;
    const shown = fieldsOf(useCase).filter(({ isInMemory }) => !isInMemory);
    const fields = shown.map(({ name: field, summary: about, isArgument, isRequired }) => {
      return { name: field, summary: about, isArgument, isRequired };
    });
    return { name, summary, section, effects, fields, input: inputSchema(useCase) };
  });
}
