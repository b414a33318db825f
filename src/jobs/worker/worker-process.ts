/** The worker's process: the only one that loads libtorch. fork-worker.ts starts it and speaks with it. */
import module from 'node:module';
import { codeCache } from '../../base/home.ts';

// As the command line does; a forked process does not take it over. It halves what the start of a worker costs.
module.enableCompileCache(codeCache());

// Messages from the parent are queued until there is a listener.
const [{ jobs }, { serveParent }] = await Promise.all([import('../index.ts'), import('./serve-parent.ts')]);
serveParent(jobs);
