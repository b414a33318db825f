/** attune as it is published: no scripts, no development packages, the engines as optional dependencies. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginePackage } from '../setup/prebuilt.mjs';

/** Machines for which .github/workflows/release.yml builds an engine. */
export const MACHINES = ['linux-x64', 'linux-arm64', 'darwin-arm64'] as const;

export function packAttune({ root, output }: { root: string; output: string }): void {
  const stage = join(output, 'attune');
  mkdirSync(stage, { recursive: true });
  const packed = pack(root, stage, []);
  demand('tar', ['-xzf', join(stage, packed), '-C', stage], root);
  const file = join(stage, 'package/package.json');
  writeFileSync(file, `${JSON.stringify(publishedManifest(JSON.parse(readFileSync(file, 'utf8'))), null, 2)}\n`);
  pack(join(stage, 'package'), output);
  rmSync(stage, { recursive: true });
}

interface Manifest {
  version: string;
  optionalDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  [field: string]: unknown;
}

export function publishedManifest(manifest: Manifest): Manifest {
  const { scripts: _, devDependencies: __, workspaces: ___, optionalDependencies: nodes, ...kept } = manifest;
  const engines = Object.fromEntries(MACHINES.map((machine) => [enginePackage(machine), manifest.version]));
  // bin/attune fetches a Node only where the machine's is too old.
  const asked = Object.fromEntries(Object.keys(nodes).map((name) => [name, { optional: true }]));
  return {
    ...kept,
    version: manifest.version,
    optionalDependencies: engines,
    peerDependencies: { ...manifest.peerDependencies, ...nodes },
    peerDependenciesMeta: { ...manifest.peerDependenciesMeta, ...asked },
  };
}

/** @returns the archive's name */
export function pack(folder: string, output: string, options: readonly string[] = ['--ignore-scripts']): string {
  const printed = demand('npm', ['pack', '--json', '--silent', ...options, '--pack-destination', output], folder);
  return (JSON.parse(printed.slice(printed.indexOf('['))) as { filename: string }[])[0].filename;
}

export function demand(command: string, parameters: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}
