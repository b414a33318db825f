/** Preloaded by a program: appends each result of a use case, as tools return it to agents, to the file RESULTS. */
import { appendFileSync } from 'node:fs';
import { loadUseCases } from '../src/app/use-cases/library.ts';

for (const { name, useCase } of await loadUseCases()) {
  const run = useCase.run.bind(useCase);
  useCase.run = async (input, call) => {
    const result = await run(input, call);
    appendFileSync(process.env.RESULTS!, `${JSON.stringify({ name, result })}\n`);
    return result;
  };
}
