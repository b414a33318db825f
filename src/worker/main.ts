/** The worker's process: the only one that loads libtorch. fork-worker.ts starts it and speaks with it. */
import { jobs } from './jobs/index.ts';
import { serveParent } from './serve-parent.ts';

serveParent(jobs);
