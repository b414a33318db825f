/** Memory and processor time of a process and its children, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  id: number;
  parent: number;
  /** Processor seconds, in user and system mode. */
  seconds: number;
  residentBytes: number;
}

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Usage of a process and of each running descendant by its id; empty if there is no /proc. */
export function residentBytes(id: number): Map<number, number> {
  return new Map(familyOf(id).map((one) => [one.id, one.residentBytes]));
}

/** Totals over all of them; NaN if there is no /proc. */
export function processorSeconds(id: number): number {
  const members = familyOf(id);
  return members.length === 0 ? Number.NaN : members.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** A process and its descendants; empty if there is no /proc. */
export function familyOf(id: number): Process[] {
  const all = processes();
  const family = new Set([id]);
  // A parent may have a larger id than its child.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.id);
  }
  return all.filter((one) => family.has(one.id));
}

function processes(): Process[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? processOf(name) : []));
  } catch {
    return [];
  }
}

function processOf(name: string): Process[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    // Fields after the name, which may contain anything: state, parent, …, utime and stime are the 12th and 13th, pages
    // the 22nd.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const seconds = (fields[11] + fields[12]) / TICKS_PER_SECOND;
    return [{ id: Number(name), parent: fields[1], seconds, residentBytes: fields[21] * PAGE_BYTES }];
  } catch {
    return []; // it has ended in the meantime
  }
}
