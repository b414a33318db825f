import module from 'node:module';
import { codeCache } from '../base/home.ts';

// Node strips the types of each file at most once: later starts read the result from the cache.
module.enableCompileCache(codeCache());

// A reader that closes the pipe early (`attune runs list | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), process);
