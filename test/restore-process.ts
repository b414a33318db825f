/** Files of one project share a process: what one sets there, the next must not meet. */
import { afterAll, vi } from 'vitest';

const [folder, variables] = [process.cwd(), { ...process.env }];

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  if (process.cwd() !== folder) process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
  process.exitCode = undefined;
});
