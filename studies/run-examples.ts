import { AttuneError } from '../src/base/errors.ts';

/** Does the work of a command line: what a user can mend is told in words, and the exit code says that it failed. */
export async function runExamples(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
