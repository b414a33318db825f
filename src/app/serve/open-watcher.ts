import { bytesOf } from '../../base/byte-size.ts';
import { AttuneError } from '../../base/errors.ts';
import { eraseUserFrom } from '../monitor/erase-everywhere.ts';
import { usualMonitorSettings, type ServeSettings } from '../../serving/index.ts';
import type { ServeLog } from '../../serving/watch/log.ts';
import { commandSink, KeptObjects, Watcher, webhookSink, type AlarmSink } from '../../monitoring/index.ts';

/** Monitors a server's answers as configured; undefined if monitoring is off. */
export async function openWatcher(settings: ServeSettings, log: ServeLog): Promise<Watcher | undefined> {
  if (settings.monitor === false) {
    if (settings.keep === 'text') throw nothingKept('--keep text');
    if (settings.keep_responses) throw nothingKept('--keep-responses');
    return undefined;
  }
  const {
    reference,
    days,
    calibration,
    ignore,
    retention,
    feedback_retention: feedbackRetention,
    ...told
  } = settings.monitor === true ? usualMonitorSettings : settings.monitor;
  const logSink: AlarmSink = {
    tell(event, whole) {
      const { samples: _, ...alarm } = whole;
      if (event === 'alarm.opened') log.warn({ alarm }, 'alarm');
      else log.info({ alarm }, 'alarm resolved');
      return Promise.resolve();
    },
  };
  return Watcher.open({
    keep: settings.keep,
    retention,
    feedbackRetention,
    monitor: { reference, days, calibration, ignore },
    erase: eraseUserFrom,
    sinks: [logSink, ...sinksOf(told)],
    onFailure: (what, err) => log.error({ err }, what),
  });
}

/** Store that servers of one database share for responses, completions and conversations; undefined unless configured. */
export function keptObjects(
  { keep_responses: isKept, max_responses: most }: ServeSettings,
  watcher: Watcher | undefined,
): KeptObjects | undefined {
  if (watcher === undefined || !isKept) return undefined;
  return new KeptObjects(watcher.store, { days: watcher.options.retention, mostBytes: bytesOf(most) });
}

function sinksOf({
  webhook,
  webhook_secret_env: variable,
  command,
}: Pick<typeof usualMonitorSettings, 'webhook' | 'webhook_secret_env' | 'command'>): AlarmSink[] {
  const secret = variable === undefined ? undefined : process.env[variable];
  if (variable !== undefined && (secret === undefined || secret === '')) {
    throw new AttuneError('E_SERVE_SETTINGS', {
      what: 'Alarms cannot be signed',
      got: `${variable} is not set`,
      fix: `export ${variable}=whsec_…`,
    });
  }
  return [
    ...(webhook === undefined ? [] : [webhookSink(webhook, secret)]),
    ...(command === undefined ? [] : [commandSink(command as [string, ...string[]])]),
  ];
}

function nothingKept(asked: string): AttuneError {
  return new AttuneError('E_SERVE_SETTINGS', {
    what: 'Texts can only be stored while answers are monitored',
    got: `${asked} with --no-monitor`,
    fix: 'remove one of them',
  });
}
