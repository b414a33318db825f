import type { StampedEvent } from '../../base/events.ts';
import type { Registry } from '../../base/registry.ts';
import { JobClient } from './job-client.ts';
import { JobHost } from './job-host.ts';
import type { JobModule, JobSpec } from '../../base/job.ts';
import { decodeError, encodeError, mapError, type FromWorker } from './worker-messages.ts';

/** Runs a job in this process, for debugging: breakpoints and stacks work, but a crash takes the whole process down. */
export function runInProcess(
  jobs: Registry<JobModule>,
  spec: JobSpec,
  onEvent: (event: StampedEvent) => void,
): JobClient {
  const host: JobHost = new JobHost(jobs, (message) => client.receive(received(message)));
  const client: JobClient = new JobClient((message) => host.receive(message), onEvent);
  void host.run(spec);
  return client;
}

/** Clones messages as process boundaries do, so that unserialisable values are found here too. */
function received(message: FromWorker): FromWorker {
  return mapError(structuredClone(mapError(message, encodeError)), decodeError);
}
