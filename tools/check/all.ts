/** `npm run check` runs every check of the repository, also where one fails. */
import { budget } from './budget.ts';
import { calls } from './calls.ts';
import { english } from './english.ts';
import type { Check } from './check.ts';
import { layers } from './layers.ts';
import { format, lint, types, unused } from './programs.ts';
import { names } from './names.ts';
import { packages } from './packages.ts';
import { rooms } from './rooms.ts';
import { lookups } from './lookups.ts';
import { tree } from './tree.ts';
import { typeCircles } from './type-circles.ts';

export const CHECKS: readonly Check[] = [
  layers,
  typeCircles,
  rooms,
  names,
  packages,
  calls,
  budget,
  tree,
  english,
  lookups,
  format,
  lint,
  unused,
  types,
];

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const check of CHECKS) {
    if (wanted.length > 0 && !wanted.includes(check.name)) continue;
    const start = Date.now();
    const problems = await check.run(process.cwd());
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`);
    for (const problem of problems) console.log(`         ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
