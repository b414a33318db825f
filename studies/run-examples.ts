import { AttuneError } from '../src/base/errors.ts';

/** Runs a command line: user errors are printed as text, and the exit code reports failure. */
export async function runExamples(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
