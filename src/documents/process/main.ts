/** A reader's process: reads one file after the other, and is killed where it takes too long or too much memory. */
import { Worker } from 'node:worker_threads';
import { loadReaders } from '../formats/detect.ts';
import { ReadHost } from './host.ts';
import { WINDOW, type FromReader, type ToReader } from './protocol.ts';

/** Batches that are under way, and what waits for one of them to be used. */
const window: { open: number; wake?: () => void } = { open: 0 };
let queue: Promise<void> = loadReaders().then(() => send({ type: 'ready' }));

async function send(message: FromReader): Promise<void> {
  if (message.type === 'documents') {
    if (window.open >= WINDOW) {
      await new Promise<void>((resolve) => {
        window.wake = resolve;
      });
    }
    window.open++;
  }
  process.send?.(message);
}

process.on('message', (message: ToReader) => {
  if (message.type === 'more') {
    window.open--;
    window.wake?.();
    delete window.wake;
    return;
  }
  queue = queue.then(() => {
    window.open = 0;
    return new ReadHost(message.job, send).run();
  });
});
process.on('disconnect', () => process.exit(0));

// A reader that is busy for good does not hear that its owner is gone: a thread beside it looks.
const GUARD = `const owner = process.ppid;
setInterval(() => process.ppid === owner || process.kill(process.pid, 'SIGKILL'), 1000);`;
new Worker(GUARD, { eval: true }).unref();

// A library that fails where nobody waits for it has failed at the file in hand: the other side sees the end.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
  });
}
