import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** Seconds of CPU time of the whole machine, and of this process with the child processes that have ended. */
interface CpuTimes {
  wall: number;
  machine: number;
  own: number;
}

const TICKS_PER_SECOND = 100;

function readTimes(): CpuTimes {
  const wall = performance.now() / 1000;
  try {
    // user nice system idle iowait irq softirq steal; time stolen by a hypervisor counts as foreign too
    const machine = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
    const busy = machine.reduce((sum, ticks, i) => sum + (i === 3 || i === 4 ? 0 : ticks), 0);
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // utime stime cutime cstime, counted from the name in brackets
    const own = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 15).map(Number); // prettier-ignore
    return {
      wall,
      machine: busy / TICKS_PER_SECOND,
      own: own.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND,
    };
  } catch {
    return { wall, machine: Number.NaN, own: Number.NaN };
  }
}

export interface Load {
  /**
   * Share of the machine's processors that other processes used in the meantime; from the load average if there is no
   * /proc.
   */
  foreignShare: number;
  loadAverage: number;
  quiet: boolean;
}

export const QUIET_SHARE = 0.05;

/**
 * Starts to measure how much of the machine other processes use; call the result once all child processes have ended.
 */
export function watchLoad(): () => Load {
  const before = readTimes();
  return () => loadBetween(before, readTimes(), { processors: cpus().length, loadAverage: loadavg()[0] });
}

export function loadBetween(
  before: CpuTimes,
  after: CpuTimes,
  { processors, loadAverage }: { processors: number; loadAverage: number },
): Load {
  const foreign = after.machine - before.machine - (after.own - before.own);
  const capacity = (after.wall - before.wall) * processors;
  const foreignShare = Number.isNaN(foreign) ? loadAverage / processors : Math.max(0, foreign / capacity);
  return { foreignShare, loadAverage, quiet: foreignShare <= QUIET_SHARE };
}
