/** A version of the data set: accepted rows in files for `attune train`, with some rows held out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { randomUnit } from '../../base/random.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { findNearDuplicates } from '../../data/near-duplicates.ts';
import { UnionFind } from '../../data/union-find.ts';
import { askedText } from '../../monitoring/trace.ts';
import type { Candidate } from '../../monitoring/quarantine/candidate.ts';
import { rowForms, trainingRow, type RowForm, type RowLayout } from '../../monitoring/quarantine/row-forms.ts';

export interface DataVersion {
  version: 1;
  form: RowForm;
  /** Files of training rows in the chosen form. */
  train: VersionFile[];
  holdout: VersionFile[];
  /** Files in all formats that the rows support. */
  files: VersionFile[];
}

export interface VersionFile {
  /** Name in the version's folder. */
  file: string;
  rows: number;
  sha256: string;
  /** Owners of the rows, one per line. */
  owners: string[];
}

export const MANIFEST = 'manifest.json';

interface VersionSettings {
  form: RowForm;
  /** Share of rows to hold out. */
  holdout: number;
  layout: RowLayout;
  seed: number;
  /** Requests that the model was already trained on. */
  known: readonly string[];
}

/** Writes the version once; a repeated call returns the existing one. @throws AttuneError E_NO_ROWS */
export async function writeDataVersion(
  folder: string,
  candidates: readonly Candidate[],
  { form, holdout, layout, seed, known }: VersionSettings,
): Promise<DataVersion> {
  const manifest = join(folder, MANIFEST);
  if (existsSync(manifest)) return readJson<DataVersion>(manifest);
  makeFolders(folder);
  const isHeld = await heldOut(candidates, { holdout, seed, known });
  const parts = {
    train: candidates.filter((_, place) => !isHeld[place]),
    holdout: candidates.filter((_, place) => isHeld[place]),
  };
  const written = new Map<string, VersionFile[]>();
  for (const one of rowForms)
    for (const [part, rows] of Object.entries(parts))
      written.set(`${part} ${one}`, writeForm(folder, rows, { part, form: one, layout }));
  const train = written.get(`train ${form}`)!;
  if (train.length === 0) {
    throw new AttuneError('E_NO_ROWS', {
      what: 'This recipe cannot train on any of the accepted rows',
      got: `${candidates.length} rows, none in the form ${form}`,
      fix: 'collect corrections for sft and dpo, thumbs for kto, or labels for classification and typed questions',
    });
  }
  const version: DataVersion = {
    version: 1,
    form,
    train,
    holdout: written.get(`holdout ${form}`)!,
    files: [...written.values()].flat(),
  };
  writeJson(manifest, version);
  return version;
}

/** Chooses held-out rows by prompt: near-duplicates stay together, and those of a known training prompt are never held out. */
export async function heldOut(
  candidates: readonly Candidate[],
  { holdout, seed, known }: Pick<VersionSettings, 'holdout' | 'seed' | 'known'>,
): Promise<boolean[]> {
  const texts = [...candidates.map(({ prompt }) => askedText(prompt)), ...known];
  const alike = new UnionFind(texts.length);
  const { links } = await findNearDuplicates(texts.length, (place) => texts[place], { commonShare: 1 });
  for (const [a, b] of links) alike.union(a, b);
  const isKnown = new Set(known.map((_, place) => alike.find(candidates.length + place)));
  return candidates.map((_, place) => {
    const first = alike.find(place);
    return !isKnown.has(first) && randomUnit([seed, `holdout ${sha256(texts[first])}`]) < holdout;
  });
}

/** Writes rows into files, one per set of columns. */
function writeForm(
  folder: string,
  candidates: readonly Candidate[],
  { part, form, layout }: { part: string; form: RowForm; layout: RowLayout },
): VersionFile[] {
  const rows = candidates.flatMap((one) => {
    const row = trainingRow(one, form, layout);
    return row === undefined ? [] : [{ row, owner: one.owner }];
  });
  const shapes = [...Map.groupBy(rows, ({ row }) => shapeOf(row)).values()];
  return shapes.map((own, place) => {
    const file = `${form}-${part}${place === 0 ? '' : `-${place + 1}`}.jsonl`;
    const text = own.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
    writeFileAtomic(join(folder, file), text);
    return { file, rows: own.length, sha256: sha256(text), owners: own.map(({ owner }) => owner) };
  });
}

function shapeOf(row: object): string {
  const kinds = Object.entries(row).map(([name, value]) => `${name} ${Array.isArray(value) ? 'list' : typeof value}`);
  return kinds.toSorted().join(',');
}
