import { resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { openAlarms, reportVersions, silence, TraceStore, type VersionReport } from '../../monitoring/index.ts';
import { keyUsage } from '../registry/key-usage.ts';
import type { useCase, Monitored } from '../use-cases/monitor.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { monitorPage } from './monitor-page.ts';
import { prometheusRules } from './prometheus-rules.ts';
import { askServer } from './remote.ts';

type MonitorOptions = CallOptions<typeof useCase>;

/** Monitoring results of models on this machine, or of another server given by its address. */
export async function monitorModel(target?: string, options: MonitorOptions = {}): Promise<Monitored> {
  if ((options.silence === undefined) !== (options.reason === undefined))
    throw new AttuneError('E_USAGE', { what: '--silence and --reason must be given together', fix: 'give both' });
  const isRemote = target !== undefined && /^https?:\/\//.test(target);
  const versions = isRemote ? await remoteReport(target, options) : await localReport(target, options);
  const files: Partial<Monitored> = {};
  if (options.page !== undefined) {
    files.page = resolve(options.page);
    // Usage on another server is available from its own endpoint: /v1/organization/usage/completions.
    const more = isRemote ? { server: target } : { usage: await keyUsage({ model: target }) };
    writeFileAtomic(files.page, monitorPage(versions, more));
  }
  if (options.prometheusRules !== undefined) {
    files.prometheusRules = resolve(options.prometheusRules);
    writeFileAtomic(files.prometheusRules, prometheusRules());
  }
  return { versions, ...files };
}

async function localReport(
  model: string | undefined,
  { silence: signal, reason = '' }: MonitorOptions,
): Promise<VersionReport[]> {
  const store = await TraceStore.open();
  try {
    if (signal !== undefined) await silenceAlarms(store, model, { signal, reason });
    const versions = await reportVersions(store, { model });
    if (versions.length > 0 || model === undefined) return versions;
    const known = [...new Set((await store.versions()).map((one) => one.model))];
    throw new AttuneError('E_NOT_MONITORED', {
      what: `No answers by ${model} are known on this machine`,
      expected: known.length === 0 ? undefined : known.join(', '),
      fix: `serve it and send it a request: attune serve ${model}`,
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
      what: 'No model is given',
      fix: 'attune monitor MODEL --silence …',
    });
  }
  if ((await silence(store, { model, signal, reason })) > 0) return;
  const open = new Set((await openAlarms(store, { model })).map((alarm) => alarm.signal));
  throw new AttuneError('E_NO_ALARM', {
    what: `${model} has no open alarm for "${signal}"`,
    expected: open.size === 0 ? undefined : [...open].join(', '),
    fix: `attune monitor ${model} lists its alarms`,
  });
}

async function remoteReport(address: string, { keyVariable, silence: silenced }: MonitorOptions) {
  if (silenced !== undefined) {
    throw new AttuneError('E_USAGE', {
      what: 'Alarms can only be silenced on the machine of the server',
      fix: 'run it there',
    });
  }
  return (await askServer<{ data: VersionReport[] }>(address, '/v1/attune/monitor', { keyVariable })).data;
}
