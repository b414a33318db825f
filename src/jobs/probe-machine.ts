import { availableParallelism, cpus, totalmem } from 'node:os';

/** Properties of the training process before it loads libtorch. */
export interface Probe {
  pid: number;
  node: string;
  platform: string;
  architecture: string;
  /** CPU model name; empty if the system does not provide it. */
  processor: string;
  /** Threads that this process may use, by its CPU affinity. */
  threads: number;
  memoryBytes: number;
  /** Available memory: the smaller of the machine's and its container's limit. */
  availableBytes: number;
}

/** Reports where a job would run. */
export function run(): Promise<Probe> {
  return Promise.resolve({
    pid: process.pid,
    node: process.version,
    platform: process.platform,
    architecture: process.arch,
    processor: cpus()[0]?.model.trim() ?? '',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    availableBytes: process.availableMemory(),
  });
}
