/** Output of `--version`. The engine's version is read from its build without loading it. */
import { existsSync, readFileSync } from 'node:fs';
import { parseJson } from '../files/json.ts';

export interface Versions {
  name: string;
  version: string;
  /** Version of the running Node. */
  node: string;
  /** Null if it is not built yet. */
  engine: { libtorch: string } | null;
}

export function readVersions(): Versions {
  const { name, version } = readPart<{ name: string; version: string }>('package.json')!;
  const libtorch = readPart<{ libtorch?: { version?: string } }>('build/attune.json')?.libtorch?.version;
  return { name, version, node: process.versions.node, engine: libtorch === undefined ? null : { libtorch } };
}

export function describeVersions({ name, version, node, engine }: Versions): string {
  const built = engine === null ? 'engine not set up' : `engine on libtorch ${engine.libtorch}`;
  return `${name} ${version} (Node ${node}, ${built})`;
}

/** Reads a JSON file of the package; undefined if it does not exist. */
function readPart<Content>(path: string): Content | undefined {
  const file = new URL(`../../${path}`, import.meta.url);
  return existsSync(file) ? (parseJson(readFileSync(file, 'utf8')) as Content) : undefined;
}
