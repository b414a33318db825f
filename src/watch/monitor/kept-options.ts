/** How a server tests its answers, kept beside them so that `attune monitor` tests them in the same way. */
import { existsSync } from 'node:fs';
import { readJson, writeJson } from '../../files/json.ts';
import type { TraceStore } from '../traces/trace-store.ts';
import type { MonitorOptions } from './version-monitor.ts';

export function keepOptions({ files }: TraceStore, options: Partial<MonitorOptions>): void {
  writeJson(files.options, options);
}

/** Of the server that was started last. */
export function keptOptions({ files }: TraceStore): Partial<MonitorOptions> {
  return existsSync(files.options) ? readJson<Partial<MonitorOptions>>(files.options) : {};
}
