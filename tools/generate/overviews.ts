import type { useCases, UseCaseName } from '../../src/app/use-cases/index.ts';
import type { Overview } from '../../src/cli/command.ts';

/** The list of commands, in the order of the use cases. */
export async function overviewsOf(cases: typeof useCases): Promise<string> {
  const names = Object.keys(cases) as UseCaseName[];
  const overviews = await Promise.all(
    names.map(async (name): Promise<Overview> => {
      const { section, summary } = (await cases[name]()).useCase;
      return { name, section, summary };
    }),
  );
  return `// Written by tools/generate.ts from the use cases.
import type { Overview } from './command.ts';

export const overviews: readonly Overview[] = ${JSON.stringify(overviews, null, 2)};
`;
}
