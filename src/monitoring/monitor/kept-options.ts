/** Monitor options of the server, stored with its answers so that `attune monitor` tests them the same way. */
import { existsSync } from 'node:fs';
import { readJson, writeJson } from '../../files/json.ts';
import type { TraceStore } from '../traces/trace-store.ts';
import type { MonitorOptions } from './version-monitor.ts';

export function keepOptions({ files }: TraceStore, options: Partial<MonitorOptions>): void {
  writeJson(files.options, options);
}

/** Options of the most recently started server. */
export function keptOptions({ files }: TraceStore): Partial<MonitorOptions> {
  return existsSync(files.options) ? readJson<Partial<MonitorOptions>>(files.options) : {};
}
