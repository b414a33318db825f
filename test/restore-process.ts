/** Test files of a project share a process: restores what one of them changed before the next runs. */
import { afterAll, vi } from 'vitest';

const [folder, environment] = [process.cwd(), process.env];
const variables = { ...environment };

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  if (process.cwd() !== folder) process.chdir(folder);
  process.env = environment;
  for (const name of Object.keys(environment)) if (!(name in variables)) delete environment[name];
  Object.assign(environment, variables);
  process.exitCode = undefined;
});
