/** Files of one project share a process: what one sets there, the next must not meet. */
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
