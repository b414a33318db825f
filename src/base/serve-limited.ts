/** The child side of `runLimited`: a process that reads untrusted files. */
import { Worker } from 'node:worker_threads';
import { closeNetwork } from './close-network.ts';
import { AttuneError } from './errors.ts';
import { WINDOW, type FromLimited, type ToLimited } from './limited-process.ts';

const MILLISECONDS_BETWEEN_SIGNS = 500;

/** Runs the work of this process; `alive` reports progress. */
export function serveLimited<Request>(work: (request: Request, alive: () => void) => AsyncIterable<unknown>): void {
  endWithOwner();
  closeNetwork();
  const window: { open: number; wake?: () => void } = { open: 0 };
  let lastSign = 0;
  const send = (message: FromLimited): void => void process.send?.(message);
  const alive = (): void => {
    const now = Date.now();
    if (now - lastSign < MILLISECONDS_BETWEEN_SIGNS) return;
    lastSign = now;
    send({ type: 'alive' });
  };
  const run = async (request: Request): Promise<void> => {
    try {
      for await (const chunk of work(request, alive)) {
        while (window.open >= WINDOW) await new Promise<void>((resolve) => (window.wake = resolve));
        window.open++;
        send({ type: 'chunk', chunk });
      }
      send({ type: 'done' });
    } catch (error) {
      send({ type: 'failed', error: error instanceof AttuneError ? error.toJSON() : { message: messageOf(error) } });
    }
  };
  process.on('message', (message: ToLimited) => {
    if (message.type === 'run') return void run(message.request as Request);
    window.open--;
    window.wake?.();
  });
  send({ type: 'ready' });
}

// A process in an endless loop cannot notice that its parent is gone, so a thread watches for it.
const GUARD = `const owner = process.ppid;
setInterval(() => process.ppid === owner || process.kill(process.pid, 'SIGKILL'), 1000);`;

/** Ends this process when its parent ends. The parent handles Ctrl-C; final messages still reach it. */
export function endWithOwner(): void {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => undefined);
  new Worker(GUARD, { eval: true }).unref();
  // An unhandled error in a library fails the current request.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => process.stderr.write(`${messageOf(error)}\n`, () => process.exit(1)));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
