/** The worker process, which is the only one that loads libtorch: start jobs, send requests, attach, stop. */
export { endAhead, forkAhead } from './fork-ahead.ts';
export { attach, endEarlierAttempt, stop, type StopOptions } from './attach.ts';
export type { Job, JobContext, JobModule, JobRequest } from '../../base/job.ts';
export type { JobInput, JobName, JobResult } from '../index.ts';
export { openSession, type Session } from './job-session.ts';
export { runJob, startJob, type JobOptions, type RunningJob } from './start-job.ts';
