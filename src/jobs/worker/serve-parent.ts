import { writeFileSync } from 'node:fs';
import { exitWithoutEngine } from '../../engine/tensor/engine.ts';
import { JobHost } from './job-host.ts';
import { encodeError, mapError, type FromWorker, type ToWorker } from './worker-messages.ts';
import type { JobModule } from '../../base/job.ts';
import type { Registry } from '../../base/registry.ts';

/** Serves one job to the process that forked this one, then exits. */
export function serveParent(registry: Registry<JobModule>): void {
  process.title = 'attune worker';
  volunteerForOutOfMemory();
  const host = new JobHost(registry, send);
  process.on('uncaughtException', (error) => host.fail(error));
  process.on('unhandledRejection', (error) => host.fail(error));
  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') void serve(host, message);
    else host.receive(message);
  });
}

async function serve(host: JobHost, { spec, detach }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  if (detach) handleSignals(host);
  else dieWithParent(host);
  await host.run(spec);
  await sent;
  exitWithoutEngine();
  // Leftovers of a job (a timer, a thread pool) must not keep the process alive.
  process.exit();
}

/** On its own: the first signal saves and stops, the second ends at once. A closed terminal is nothing to it. */
function handleSignals(host: JobHost): void {
  process.on('SIGHUP', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => host.stop(`received ${signal}`));
  }
}

/** The terminal sends its signals to the parent too, and the parent decides; when it is gone, save and stop. */
function dieWithParent(host: JobHost): void {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => host.stop('received SIGTERM'));
  process.on('SIGHUP', () => host.stop('its terminal was closed'));
  process.on('disconnect', () => host.stop('the program that started it has ended'));
  if (!process.connected) host.stop('the program that started it has ended');
}

/** Resolves when the last message has left. They leave in order, so all have. */
let sent: Promise<void> = Promise.resolve();

function send(message: FromWorker): void {
  if (!process.connected) return;
  // A failure means that the parent is gone, which 'disconnect' says.
  sent = new Promise((resolve) => process.send?.(mapError(message, encodeError), () => resolve()));
}

/** Where memory runs out, the system should end this process and not the one that talks to the user. */
function volunteerForOutOfMemory(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '300');
  } catch {
    // No such file outside Linux.
  }
}
