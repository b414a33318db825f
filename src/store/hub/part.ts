import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRunning } from '../../base/is-running.ts';

/**
 * Reserves a partial file for `place` that belongs to this process alone: two processes that download the same file
 * must not write into one. Takes over the part of an earlier attempt, including one of a killed process.
 */
export function takePart(place: string): string {
  const own = `${place}.${process.pid}-${randomBytes(4).toString('hex')}.incomplete`;
  for (const left of [leftPart(place), ...abandoned(place)]) if (moved(left, own)) break;
  return own;
}

/** Leaves the partial file for the next attempt. */
export function leavePart(part: string, place: string): void {
  moved(part, leftPart(place));
}

function leftPart(place: string): string {
  return `${place}.incomplete`;
}

function abandoned(place: string): string[] {
  const folder = dirname(place);
  const start = `${basename(place)}.`;
  const names = readdirSync(folder).filter((name) => name.startsWith(start) && name.endsWith('.incomplete'));
  const isGone = (name: string) => {
    const [, pid] = /^(\d+)-[0-9a-f]+\.incomplete$/.exec(name.slice(start.length)) ?? [];
    return pid !== undefined && !isRunning(Number(pid));
  };
  return names.filter(isGone).map((name) => join(folder, name));
}

/** False if there was nothing to move, or another process was faster. */
function moved(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
