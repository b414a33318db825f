/**
 * ATTUNE_TEST_COSTS=FILE: appends a line of JSON per test file with the processor time in ms of its process and
 * children; FILE.tests gets a line per test that takes longer than `MOMENT`.
 */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

/** Milliseconds. */
const MOMENT = 50;
const target = process.env.ATTUNE_TEST_COSTS;
if (target !== undefined) {
  const before = spent();
  let imported = before;
  beforeAll(() => {
    imported = spent();
  });
  let start = { ...before };
  beforeEach(() => {
    // Children are only examined after a long test, since reading /proc is slow.
    start = { ...start, self: ownTime(), wall: Math.round(performance.now()) };
  });
  afterEach(() => {
    if (performance.now() - start.wall < MOMENT) return;
    const end = spent();
    const { testPath: file, currentTestName: test } = expect.getState();
    const [self, children, wall] = (['self', 'children', 'wall'] as const).map((part) => end[part] - start[part]);
    appendFileSync(`${target}.tests`, `${JSON.stringify({ file, test, self, children, wall })}\n`);
    start = end;
  });
  // Registered first, so it runs after the file's own hooks.
  afterAll(() => {
    const line = { file: expect.getState().testPath, pid: process.pid, before, imported, after: spent() };
    appendFileSync(target, `${JSON.stringify(line)}\n`);
  });
}

/** Processor time of this process since its start, and of its running and ended children. */
function spent(): { self: number; children: number; wall: number } {
  return { self: ownTime(), children: ofChildren(), wall: Math.round(performance.now()) };
}

function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

/** Only available on Linux. */
function ofChildren(): number {
  if (process.platform !== 'linux') return 0;
  const all = new Map(readdirSync('/proc').flatMap((name) => processOf(name)));
  let [sum, parents] = [all.get(process.pid)?.waitedFor ?? 0, new Set([process.pid])];
  while (parents.size > 0) {
    const next = [...all.values()].filter(({ parent }) => parents.has(parent));
    for (const { own, waitedFor } of next) sum += own + waitedFor;
    parents = new Set(next.map(({ pid }) => pid));
  }
  return sum;
}

/** A process with its parent, its own time and that of its ended children; empty if it has ended meanwhile. */
function processOf(name: string): [number, { pid: number; parent: number; own: number; waitedFor: number }][] {
  if (!/^\d+$/.test(name)) return [];
  try {
    // The second field, in parentheses, may contain spaces; fields 14 to 17 are times in hundredths of a second.
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [parent, user, system, userOfChildren, systemOfChildren] = [1, 11, 12, 13, 14].map((at) => fields[at] ?? 0);
    const pid = Number(name);
    return [
      [
        pid,
        { pid, parent: parent!, own: (user! + system!) * 10, waitedFor: (userOfChildren! + systemOfChildren!) * 10 },
      ],
    ];
  } catch {
    return [];
  }
}
