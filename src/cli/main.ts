import module from 'node:module';
import { codeCache } from '../base/home.ts';

// Node strips the types of each file at most once: the second start takes the stripped code from the cache.
module.enableCompileCache(codeCache());

// A reader that closes the pipe early (`attune runs list | head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), process);
