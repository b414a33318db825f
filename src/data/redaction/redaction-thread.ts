/** Thread that detects personal data in rows; the main thread replaces them in order. */
import { parentPort, workerData } from 'node:worker_threads';
import { Detector } from '@attune/privacy';
import type { FindAnswer, FindRequest, ThreadData } from './redaction-messages.ts';

const detector = new Detector(workerData as ThreadData);

parentPort!.on('message', ({ number, rows }: FindRequest) => {
  const answer: FindAnswer = { number, found: rows.map((texts) => detector.findAll(texts)) };
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
  parentPort!.postMessage(answer);
});
