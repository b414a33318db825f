/** Isolates a process with bubblewrap, in a root that only contains the program's own files. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { seccompFilter } from './seccomp.ts';

/** A file or folder that the process can read, and its path inside. */
export interface Mount {
  from: string;
  to: string;
}

export interface Isolation {
  name: 'bubblewrap' | 'none';
  /** Prefix of a command line that isolates the rest. */
  command: (mounts: readonly Mount[]) => readonly string[];
  /** Seccomp filter that bubblewrap reads from descriptor 3. */
  filter: Buffer | undefined;
}

/** New namespaces for users, mounts, network, processes, IPC and host name; no capabilities and no environment variables. */
const APART =
  '--unshare-all --unshare-user --disable-userns --uid 65534 --gid 65534 --die-with-parent --new-session ' +
  '--cap-drop ALL --clearenv --hostname sandbox';

export const NO_ISOLATION: Isolation = { name: 'none', command: () => [], filter: undefined };

let found: Isolation | undefined;

/** The best isolation on this machine; probed once. */
export function isolation(): Isolation {
  return (found ??= find());
}

function find(): Isolation {
  const path = programPath('bwrap');
  if (path === undefined) return NO_ISOLATION;
  for (const filter of [seccompFilter({ processes: true }), undefined]) {
    const isolated: Isolation = {
      name: 'bubblewrap',
      command: (mounts) => [
        path,
        ...APART.split(' '),
        ...mounts.flatMap(({ from, to }) => ['--ro-bind', from, to]),
        '--chdir',
        '/',
        '--remount-ro',
        '/',
        ...(filter === undefined ? [] : ['--seccomp', '3']),
        '--',
      ],
      filter,
    };
    if (isWorking(isolated)) return isolated;
  }
  return NO_ISOLATION;
}

function isWorking({ command, filter }: Isolation): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  const path = join(folder, 'filter');
  writeFileSync(path, filter ?? '');
  const descriptor = openSync(path, 'r');
  try {
    const [program, ...args] = [...command(programMounts('/bin/sh')), '/bin/sh', '-c', 'exit 0'];
    const stdio = ['ignore' as const, 'ignore' as const, 'ignore' as const, descriptor];
    return spawnSync(program, args, { stdio, timeout: 60_000 }).status === 0;
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
}

/** A program and its shared libraries, at their usual paths. */
export function programMounts(program: string, extensions: readonly string[] = []): Mount[] {
  const { stdout } = spawnSync('ldd', [program, ...extensions], { encoding: 'utf8' });
  const libraries = (stdout ?? '').match(/(?<==> |^\s+)\/\S+/gm) ?? [];
  return [...new Set([program, ...libraries])].map((path) => ({ from: realpathSync(path), to: path }));
}

/** Path of a program; searches nothing if PATH is empty. */
export function programPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
