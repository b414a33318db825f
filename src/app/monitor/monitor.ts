import { resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { parseJson } from '../../files/json.ts';
import { openAlarms, reportVersions, silence, TraceStore, type VersionReport } from '../../watch/index.ts';
import { keyUsage } from '../registry/usage.ts';
import { monitorPage } from './page.ts';
import { prometheusRules } from './prometheus-rules.ts';

export type { VersionReport } from '../../watch/index.ts';

export interface MonitorModelOptions {
  /** A page with pictures is written there. */
  page?: string;
  /** Alerting rules for Prometheus are written there. */
  prometheusRules?: string;
  /** Open alarms about this signal are told to nobody any more, for a reason that is kept. */
  silence?: { signal: string; reason: string };
  /** Variable of the environment with the server's key; ATTUNE_API_KEY unless given. */
  keyVariable?: string;
}

export interface Monitored {
  /** The newest version of each model first. */
  versions: VersionReport[];
  page?: string;
  prometheusRules?: string;
}

/**
 * What was measured of what models answered on this machine, or on another server by its address.
 * @throws AttuneError E_NOT_MONITORED, E_SERVER, E_TRACES
 */
export async function monitorModel(target?: string, options: MonitorModelOptions = {}): Promise<Monitored> {
  const isRemote = target !== undefined && /^https?:\/\//.test(target);
  const versions = isRemote ? await remoteReport(target, options) : await localReport(target, options);
  const files: Partial<Monitored> = {};
  if (options.page !== undefined) {
    files.page = resolve(options.page);
    // Another server's usage is asked of that server: /v1/organization/usage/completions.
    writeFileAtomic(files.page, monitorPage(versions, isRemote ? [] : await keyUsage({ model: target })));
  }
  if (options.prometheusRules !== undefined) {
    files.prometheusRules = resolve(options.prometheusRules);
    writeFileAtomic(files.prometheusRules, prometheusRules());
  }
  return { versions, ...files };
}

async function localReport(model: string | undefined, options: MonitorModelOptions): Promise<VersionReport[]> {
  const store = await TraceStore.open();
  try {
    if (options.silence !== undefined) await silenceAlarms(store, model, options.silence);
    const versions = await reportVersions(store, { model });
    if (versions.length > 0 || model === undefined) return versions;
    const known = [...new Set((await store.versions()).map((one) => one.model))];
    throw new AttuneError('E_NOT_MONITORED', {
      what: `Nothing is known of answers by ${model} on this machine`,
      expected: known.length === 0 ? undefined : known.join(', '),
      fix: `serve it and ask it something: attune serve ${model}`,
    });
  } finally {
    await store.close();
  }
}

async function silenceAlarms(
  store: TraceStore,
  model: string | undefined,
  { signal, reason }: { signal: string; reason: string },
): Promise<void> {
  if (model === undefined) {
    throw new AttuneError('E_USAGE', {
      what: 'Of which model are the alarms?',
      fix: 'attune monitor MODEL --silence …',
    });
  }
  if ((await silence(store, { model, signal, reason })) > 0) return;
  const open = new Set((await openAlarms(store, { model })).map((alarm) => alarm.signal));
  throw new AttuneError('E_NO_ALARM', {
    what: `${model} has no open alarm about "${signal}"`,
    expected: open.size === 0 ? undefined : [...open].join(', '),
    fix: `attune monitor ${model} lists its alarms`,
  });
}

async function remoteReport(address: string, { keyVariable = 'ATTUNE_API_KEY', ...rest }: MonitorModelOptions) {
  if (rest.silence !== undefined) {
    throw new AttuneError('E_USAGE', { what: 'Alarms are silenced on the machine of the server', fix: 'run it there' });
  }
  const url = `${address.replace(/\/(?:v1\/?)?$/, '')}/v1/attune/monitor`;
  const key = process.env[keyVariable];
  const headers: Record<string, string> = key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` };
  let response: Response;
  try {
    response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    throw unanswered(url, (error as { cause?: Error }).cause?.message ?? (error as Error).message);
  }
  const text = await response.text();
  if (!response.ok) throw unanswered(url, messageOf(text) ?? `status ${response.status}`, keyVariable);
  return parseJson<{ data: VersionReport[] }>(text).data;
}

function messageOf(text: string): string | undefined {
  try {
    return parseJson<{ error?: { message?: string } }>(text).error?.message;
  } catch {
    return undefined;
  }
}

function unanswered(url: string, got: string, variable?: string): AttuneError {
  return new AttuneError('E_SERVER', {
    what: `${url} does not say what was served`,
    got,
    expected: 'a server that `attune serve` started',
    fix: variable === undefined ? undefined : `set ${variable} to a key that may administer the server`,
  });
}
