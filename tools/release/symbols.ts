/** Versions of system libraries that an addon requires, and the oldest system that a release supports. */
import { spawnSync } from 'node:child_process';
import { compareVersions } from '../setup/prebuilt.mjs';
import { crossPrefix } from '../setup/toolchain.mjs';

/** Red Hat 9, Ubuntu 22.04 and Debian 12 have these or newer ones. */
export const OLDEST_GLIBC = '2.34';
const NEWEST: Readonly<Record<string, string>> = { GLIBC: OLDEST_GLIBC, GLIBCXX: '3.4.29', CXXABI: '1.3.13' };

/** @throws Error naming the symbols of newer systems than the release promises */
export function checkSymbols(file: string, arch: string): void {
  if (process.platform !== 'linux') return;
  const { status, stdout, stderr } = spawnSync(`${crossPrefix(arch)}objdump`, ['-T', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`objdump cannot read ${file}: ${stderr}`);
  const newer = newerSymbols(stdout);
  if (newer.length > 0) {
    throw new Error(
      `${file} needs a newer system than glibc ${OLDEST_GLIBC}: ${newer.join(', ')}; build it on an older one`,
    );
  }
}

/** Symbols in the output of `objdump -T` that the oldest supported system lacks. */
export function newerSymbols(table: string): string[] {
  return [...table.matchAll(/\*UND\*.*\((GLIBC|GLIBCXX|CXXABI)_([\d.]+)\)\s+(\S+)/g)]
    .filter(([, family, version]) => compareVersions(version, NEWEST[family]) > 0)
    .map(([, family, version, name]) => `${name} (${family}_${version})`);
}
