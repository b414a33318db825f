import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isRunning } from '../base/is-running.ts';

/** Names a process for good: a pid is given to another process sooner or later, its start time is not. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the system's own words; empty where the system does not tell. */
  startTime: string;
  /** Host, boot and process namespace: a pid means nothing outside of them. */
  machine: string;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: processStartTime(process.pid) ?? '', machine: machineIdentity() };
}

/** Whether it is this process. */
export function isOwn(identity: ProcessIdentity): boolean {
  return identity.pid === process.pid && identity.machine === machineIdentity();
}

/** Whether that very process still runs; undefined where it belongs to another machine and cannot be seen. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.machine !== machineIdentity()) return undefined;
  if (!isRunning(identity.pid)) return false;
  const startTime = processStartTime(identity.pid);
  if (startTime === undefined) return identity.startTime === '';
  return startTime === identity.startTime;
}

/** When the process started; undefined for one that is gone (a zombie is) or where the system does not tell. */
export function processStartTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (process.platform === 'win32') return undefined;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Field 22 of proc(5)'s stat, in clock ticks since the boot. The name in field 2 may hold spaces and parentheses. */
export function linuxStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

let machine: string | undefined;

function machineIdentity(): string {
  machine ??= [
    hostname(),
    orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    orEmpty(() => readlinkSync('/proc/self/ns/pid')),
  ].join(' ');
  return machine;
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
