/**
 * Packages that few users need. npm does not install them with attune. `features` in package.json lists them, and
 * `attune setup --with FEATURE` installs them into a user folder, in the versions of peerDependencies.
 */
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttuneError } from './errors.ts';
import { attuneCache } from './home.ts';
import { ownCommand } from './own-command.ts';

export const featureNames = ['audio', 'documents', 'images', 'ocr', 'opentelemetry', 's3', 'sql'] as const;

export type Feature = (typeof featureNames)[number];

interface Manifest {
  features: Record<Feature, { does: string; packages: string[] }>;
  peerDependencies: Record<string, string>;
}

export interface FeatureState {
  feature: Feature;
  does: string;
  /** With versions, such as "sharp@0.35.5". */
  packages: string[];
  installed: boolean;
}

/** Imports packages of a feature. @throws AttuneError E_NOT_INSTALLED */
export async function withFeature<T>(feature: Feature, load: () => Promise<T>): Promise<T> {
  searchUserFolder();
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, feature)) throw error;
    throw notInstalled(feature, error);
  }
}

/** Path of a file in a feature's package. @throws AttuneError E_NOT_INSTALLED */
export function featureFile(feature: Feature, path: string): string {
  const found = resolveFrom(import.meta.url, path) ?? resolveFrom(userFolder(), path);
  if (found === undefined) throw notInstalled(feature);
  return found;
}

/** All features, and whether their packages can be found. */
export function listFeatures(): FeatureState[] {
  return Object.entries(readManifest().features).map(([name, { does, packages }]) => ({
    feature: name as Feature,
    does,
    packages: versioned(packages),
    installed: packages.every(isInstalled),
  }));
}

export function readManifest(): Manifest {
  return createRequire(import.meta.url)('../../package.json') as Manifest;
}

function versioned(packages: readonly string[]): string[] {
  const versions = new Map(Object.entries(readManifest().peerDependencies));
  return packages.map((name) => `${name}@${versions.get(name)}`);
}

/** Looks for the folder, since a package's `exports` may not include its package.json. */
function isInstalled(name: string): boolean {
  const above = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return [...above, join(userFolder(), 'node_modules')].some((folder) => isReadable(join(folder, name)));
}

/**
 * Folder into which `tools/setup/features.mjs` installs. Limited processes get it as ATTUNE_PACKAGES, since they lack
 * the environment variables that determine it.
 */
export function userFolder(): string {
  return process.env.ATTUNE_PACKAGES ?? join(attuneCache(), 'packages', '/');
}

/** False also for folders that a limited process may not read. */
function isReadable(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
}

function resolveFrom(base: string, path: string): string | undefined {
  try {
    return createRequire(base).resolve(path);
  } catch {
    return undefined;
  }
}

let isSearched = false;

/** Node only searches the folders above the importing file; this adds the user's folder as a fallback. */
function searchUserFolder(): void {
  const folder = userFolder();
  if (isSearched || !isReadable(join(folder, 'node_modules'))) return;
  isSearched = true;
  const { features } = readManifest();
  const names = new Set(Object.values(features).flatMap(({ packages }) => packages));
  const parentURL = pathToFileURL(folder).href;
  // Node 22.15 and later.
  module.registerHooks?.({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!names.has(packageOf(specifier))) throw error;
        return next(specifier, { ...context, parentURL });
      }
    },
  });
}

/** "@scope/name/file" → "@scope/name". */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function isMissing(error: unknown, feature: Feature): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false;
  return readManifest().features[feature].packages.some((name) => message.includes(name));
}

function notInstalled(feature: Feature, cause?: unknown): AttuneError {
  const { does, packages } = readManifest().features[feature];
  const missing = versioned(packages.filter((name) => !isInstalled(name)));
  return new AttuneError('E_NOT_INSTALLED', {
    what: `Packages for ${does} are not installed`,
    got: `no ${missing.join(', ')}`,
    fix: `${ownCommand()} setup --with ${feature}   (or in your project: npm install ${missing.join(' ')})`,
    cause,
  });
}
