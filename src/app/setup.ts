import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../base/errors.ts';
import type { Feature } from '../base/optional-packages.ts';
import { parseJson } from '../files/json.ts';

/** The document that the script prints with --json. */
export interface MachineSetup {
  ready: true;
  libtorch: { version: string; source: string };
  /** Number of the engine's source files that were compiled. */
  compiled: number;
  seconds: number;
}

/** Sets an installed package up at its first use; a checkout is set up by npm's scripts. */
export async function ensureEngine(signal?: AbortSignal): Promise<void> {
  const isThere = ['package-lock.json', 'build/attune.node'].some((name) =>
    existsSync(fileURLToPath(new URL(`../../${name}`, import.meta.url))),
  );
  if (process.env.ATTUNE_ADDON === undefined && !isThere) await setUp({ signal });
}

/** Runs the setup script, which installs what the engine needs. @throws AttuneError errors of the script */
export async function setUp(options: {
  yes?: boolean;
  features?: readonly Feature[];
  signal?: AbortSignal;
}): Promise<MachineSetup> {
  const { yes = false, features = [], signal } = options;
  const script = fileURLToPath(new URL('../../tools/setup.mjs', import.meta.url));
  const flags = ['--told', '--json', ...(yes ? ['--yes'] : []), ...features.map((name) => `--with=${name}`)];
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['inherit', 'pipe', 'inherit'] });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve) => child.on('close', resolve));
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  const document = parseJson(Buffer.concat(pieces).toString()) as MachineSetup | { error: Record<string, unknown> };
  if ('error' in document) throw AttuneError.fromJSON(document.error);
  return document;
}
