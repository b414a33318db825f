/**
 * ATTUNE_TEST_COSTS=FILE: a line of JSON for each test file with the processor time that it and its children took, in ms;
 * in FILE.tests, a line for each test that took longer than a moment.
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
    // Children are looked up after a long test only: /proc has many.
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

/** Of this process since its start, all its threads; and of its children, those that run and those that have ended. */
function spent(): { self: number; children: number; wall: number } {
  return { self: ownTime(), children: ofChildren(), wall: Math.round(performance.now()) };
}

function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

/** Linux alone says that. */
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

/** Its parent, and what it and those that it has waited for took; none if it has ended meanwhile. */
function processOf(name: string): [number, { pid: number; parent: number; own: number; waitedFor: number }][] {
  if (!/^\d+$/.test(name)) return [];
  try {
    // The second field, in parentheses, may hold spaces; fields 14 to 17 are times in hundredths of a second.
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
