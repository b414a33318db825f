/**
 * Entry point of the worker process, the only one that loads libtorch. fork-worker.ts starts it and communicates with
 * it.
 */
import module from 'node:module';
import { codeCache } from '../../base/home.ts';

// Set here as on the command line, since forked processes do not inherit it. It halves the worker's start-up time.
module.enableCompileCache(codeCache());

// Messages from the parent are queued until there is a listener.
const [{ jobs }, { serveParent }] = await Promise.all([import('../index.ts'), import('./serve-parent.ts')]);
serveParent(jobs);
