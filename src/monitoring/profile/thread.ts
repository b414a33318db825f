/** A thread that reads the rows of a run: a server answers meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { buildProfile } from './build-profile.ts';

const profile = await buildProfile((workerData as { run: string }).run).catch(() => undefined);
// oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
if (profile !== undefined) parentPort!.postMessage(profile);
