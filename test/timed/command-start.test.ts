import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const STARTS = 5;

/** Processor time in ms of a shell command, started several times. */
function startTime(command: string): number {
  const times = Array.from({ length: 3 }, () => {
    const repeated = `for i in ${Array.from({ length: STARTS }).keys().toArray().join(' ')}; do ${command} > /dev/null; done; times`;
    const { stdout } = spawnSync('sh', ['-c', repeated], { encoding: 'utf8' });
    // Format `0m0.070000s`; the second line is for child processes.
    const seconds = [
      ...stdout
        .trim()
        .split('\n')[1]
        .matchAll(/(\d+)m([\d.]+)s/g),
    ];
    return (1000 * seconds.reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0)) / STARTS;
  });
  return Math.min(...times);
}

it('attune --help takes a few times the processor time of a Node that does nothing', () => {
  const bare = startTime(`"${process.execPath}" --eval 0`);
  const help = startTime(`"${resolve('bin/attune')}" --help`);
  expect(bare).toBeGreaterThan(0);
  // Measured: 1.8. It reads the list of commands, not their definitions (4.7).
  expect(help / bare).toBeLessThan(3.5);
});

it('a set-up that finds everything there takes a few times that too', () => {
  const bare = startTime(`"${process.execPath}" --eval 0`);
  const setUp = startTime(`"${process.execPath}" tools/setup.mjs`);
  // Measured: 3.4, for hashes of sources and the versions of the compiler and of libtorch.
  expect(setUp / bare).toBeLessThan(12);
});
