import { z } from '@hono/zod-openapi';
import { reportVersions, type VersionReport, type Watcher } from '../../monitoring/index.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { watcherOf } from '../watch/watcher-of.ts';

const report = z.looseObject({ model: z.string(), version: z.string(), answers: z.number().int() });

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/attune/monitor',
  tag: 'Monitoring',
  summary: "Statistics of each version's answers, and open alarms",
  isAdmin: true,
  reply: {
    description: 'By version, newest first',
    json: z.strictObject({ object: z.literal('list'), data: z.array(report) }).openapi('MonitorReport'),
  },
  async handle({ server }: Call) {
    const watcher = watcherOf(server);
    return Response.json({ object: 'list', data: await reportOf(watcher) });
  },
});

/** A cached report on the whole store; building it takes longer the more answers are stored. */
interface Made {
  report: Promise<VersionReport[]>;
  /** Expiry time, from `performance.now()`. */
  until: number;
}

const made = new WeakMap<Watcher, Made>();

/** A report is reused for this multiple of the time it took, so that polling takes a bounded share of the processor. */
const REUSED = 10;

function reportOf(watcher: Watcher): Promise<VersionReport[]> {
  const known = made.get(watcher);
  if (known !== undefined && performance.now() < known.until) return known.report;
  const start = performance.now();
  const entry: Made = { report: written(watcher), until: Infinity };
  made.set(watcher, entry);
  const over = (times: number) => {
    const now = performance.now();
    entry.until = now + times * (now - start);
  };
  entry.report.then(
    () => over(REUSED),
    () => over(0),
  );
  return entry.report;
}

async function written(watcher: Watcher): Promise<VersionReport[]> {
  await watcher.flush();
  return reportVersions(watcher.store, watcher.options);
}
