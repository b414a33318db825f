import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isRunning } from '../base/is-running.ts';

/** Identifies a process uniquely: PIDs are reused, start times are not. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in the system's own format; empty if unknown. */
  startTime: string;
  /** Host, boot and process namespace, outside of which a PID has no meaning. */
  machine: string;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: processStartTime(process.pid) ?? '', machine: machineIdentity() };
}

/** Whether it is this process. */
export function isOwn(identity: ProcessIdentity): boolean {
  return identity.pid === process.pid && identity.machine === machineIdentity();
}

/** Whether that process still runs; undefined if it belongs to another machine. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.machine !== machineIdentity()) return undefined;
  if (!isRunning(identity.pid)) return false;
  const startTime = processStartTime(identity.pid);
  if (startTime === undefined) return identity.startTime === '';
  return startTime === identity.startTime;
}

/** Start time of a process; undefined if it has ended (zombies included) or the system does not report it. */
export function processStartTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (process.platform === 'win32') return undefined;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Field 22 of proc(5)'s stat, in clock ticks since boot. The name in field 2 may contain spaces and parentheses. */
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
