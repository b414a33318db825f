import type { UseCaseName } from '../use-cases/index.ts';
import { loadUseCases } from '../use-cases/library.ts';
import { fieldsOf, inputSchema, type FieldDescription } from '../use-cases/schema.ts';
import type { UseCase } from '../use-cases/use-case.ts';

export interface DescribedField {
  name: string;
  /** Display title: "Max rows". */
  title: string;
  summary: string;
  isArgument: boolean;
  isRequired: boolean;
  /** The value that a switch sets: false if its flag begins with `--no-`. */
  switchesTo: boolean;
}

/** Description of a use case for its form. */
export interface DescribedUseCase {
  name: UseCaseName;
  summary: string;
  section: UseCase['section'];
  effects: UseCase['effects'];
  fields: DescribedField[];
  /** JSON schema of the input. */
  input: Record<string, unknown>;
}

export async function describeUseCases(): Promise<DescribedUseCase[]> {
  return (await loadUseCases()).map(({ name, useCase }) => {
    const { summary, section, effects } = useCase;
    const shown = fieldsOf(useCase).filter(({ isInMemory }) => !isInMemory);
    const fields = shown.map(describeField);
    return { name, summary, section, effects, fields, input: inputSchema(useCase) };
  });
}

function describeField(field: FieldDescription): DescribedField {
  const { name, summary, isArgument, isRequired, spelling, flag } = field;
  const words = spelling.slice(2).replaceAll('-', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return {
    name,
    title,
    summary,
    isArgument,
    isRequired,
    switchesTo: flag?.value === undefined && flag?.read('', spelling) === true,
  };
}
