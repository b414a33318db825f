/** Thread that reads a run's rows, so that the server keeps answering. */
import { parentPort, workerData } from 'node:worker_threads';
import { buildProfile } from './build-profile.ts';

const profile = await buildProfile((workerData as { run: string }).run).catch(() => undefined);
// oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
if (profile !== undefined) parentPort!.postMessage(profile);
