/** Alarm sinks: the log, a webhook, a program of the user. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { postWebhook } from '../../base/webhook.ts';
import type { AlarmGroup } from './alarm-group.ts';

export type AlarmEvent = 'alarm.opened' | 'alarm.resolved';

export interface AlarmSink {
  tell(event: AlarmEvent, alarm: AlarmGroup): Promise<void>;
}

const ATTEMPTS = [0, 1000, 5000];
const TIMEOUT_MILLISECONDS = 10_000;

/**
 * Posts alarms as Standard Webhooks: signed if there is a secret (`whsec_…`), retried after failures. The body
 * contains no prompt and no answer.
 */
export function webhookSink(url: string, secret?: string): AlarmSink {
  return {
    async tell(event, alarm) {
      const body = JSON.stringify({ type: event, timestamp: new Date().toISOString(), data: alarm });
      const id = `msg_${randomUUID().replaceAll('-', '')}`;
      let failure: string | undefined;
      for (const wait of ATTEMPTS) {
        await new Promise((resolve) => {
          setTimeout(resolve, wait).unref();
        });
        failure = await postWebhook(url, { id, body, secret }, TIMEOUT_MILLISECONDS);
        if (failure === undefined) return;
      }
      throw new Error(`${url}: ${failure}`);
    },
  };
}

/** Runs a program without a shell and passes the alarm as JSON on standard input: `mail -s alarm me@example.org`. */
export function commandSink([program, ...given]: readonly [string, ...string[]]): AlarmSink {
  return {
    tell: (event, alarm) =>
      new Promise((resolve, reject) => {
        const options = { stdio: ['pipe', 'ignore', 'ignore'] as const, timeout: TIMEOUT_MILLISECONDS };
        const child = spawn(program, given, { ...options, stdio: [...options.stdio] });
        child.once('error', reject);
        child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
        child.stdin!.on('error', () => undefined);
        child.stdin!.end(`${JSON.stringify({ type: event, data: alarm }, null, 2)}\n`);
      }),
  };
}
