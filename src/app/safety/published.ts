/** Prompt sets of other publishers: downloaded only on request, with their licence, and never part of the package. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { attuneHome } from '../../base/home.ts';
import { nearest } from '../../base/nearest.ts';
import { containers } from '../../data/containers/index.ts';
import { readSafetySets, type SafetySet, type SetKind } from '../../evaluation/safety/safety-set.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { downloadFile } from '../../store/hub/index.ts';
import type { useCase, PulledSafetySet } from '../use-cases/safety-pull.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

interface Published {
  /** Path on the server that provides it. */
  path: string;
  size: number;
  sha256: string;
  licence: string;
  by: string;
  row(value: Readonly<Record<string, string>>): { prompt: string; category: string; kind: SetKind };
}

const PUBLISHED: ReadonlyMap<string, Published> = new Map(
  Object.entries({
    xstest: {
      path: 'paul-rottger/exaggerated-safety/d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d/xstest_prompts.csv',
      size: 38_719,
      sha256: '11783fb294ed017473ee53c207d71f2161c7672c8d0b037501e78387f801cb5a',
      licence: 'CC-BY-4.0',
      by: 'Röttger et al. 2024, XSTest',
      row: ({ prompt, type, label }) => ({
        prompt,
        category: type.replace(/^contrast_/, ''),
        kind: label === 'unsafe' ? 'harmful' : 'harmless',
      }),
    },
    ailuminate: {
      path: 'mlcommons/ailuminate/769cc2be9d20c8d4fb26ce53b68865ed41dfb8e2/airr_official_1.0_demo_en_us_prompt_set_release.csv',
      size: 322_200,
      sha256: '63e2b654325c5405096fabf28ef5f057b0ad674904b1839fd1f52b523e324d02',
      licence: 'CC-BY-4.0',
      by: 'MLCommons, AILuminate 1.0 (demonstration set)',
      row: ({ prompt_text: prompt, hazard: category }) => ({ prompt, category, kind: 'harmful' }),
    },
  } satisfies Record<string, Published>),
);

const SERVER = 'https://raw.githubusercontent.com';

/** Prompts of a file, or of a published set that was downloaded. @throws AttuneError E_SAFETY_SET */
export async function setNamed(set: string): Promise<SafetySet[]> {
  return existsSync(set) ? readSafetySets(set) : readSafetySets(pulledSet(set), set);
}

/** Path of a published set that was downloaded. @throws AttuneError E_SAFETY_SET */
export function pulledSet(name: string): string {
  const file = placeOf(name);
  if (PUBLISHED.has(name) && existsSync(file)) return file;
  const close = nearest(name, [...PUBLISHED.keys()]);
  throw new AttuneError('E_SAFETY_SET', {
    what: `There is no prompt set ${name}`,
    got: PUBLISHED.has(name) ? 'a published set that has not been fetched' : 'no such file or published set',
    expected: `a file, or one of ${[...PUBLISHED.keys()].join(', ')}`,
    fix: PUBLISHED.has(name)
      ? `attune safety pull ${name}`
      : close === undefined
        ? undefined
        : `did you mean ${close}?`,
  });
}

/**
 * Downloads a published prompt set for `safety` and verifies its hash.
 * @throws AttuneError E_SAFETY_SET for an unknown set; E_USAGE for an invalid mirror URL; E_HUB_… of downloads
 */
export async function pullSafetySet(name: string, options: CallOptions<typeof useCase> = {}): Promise<PulledSafetySet> {
  const { from = SERVER, onEvent, signal = new AbortController().signal } = options;
  const set = PUBLISHED.get(name) ?? pulledSetMissing(name);
  if (!/^https?:$/.test(URL.parse(from)?.protocol ?? '')) {
    throw new AttuneError('E_USAGE', { what: "The mirror's URL is invalid", got: from, expected: 'https://HOST' });
  }
  const { path, size, sha256: hash, licence, by } = set;
  const url = `${from.replace(/\/+$/, '')}/${path}`;
  const file = placeOf(name);
  const table = `${file}.csv`;
  onEvent?.({ type: 'phase-started', phase: 'download', message: `fetching ${name} (${by}; licence ${licence})` });
  await downloadFile({ url, place: table, file: { path, size, hash, hashedBy: 'sha256' }, fetch, signal });
  try {
    const rows = await rowsOf(table, set);
    writeFileAtomic(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return { name, file, rows: rows.length, licence, by, url };
  } finally {
    rmSync(table, { force: true });
  }
}

/** Throws the error of `pulledSet`. */
function pulledSetMissing(name: string): never {
  pulledSet(name);
  throw new Error('a set that was pulled is published');
}

async function rowsOf(table: string, { row }: Published): Promise<object[]> {
  const csv = await containers.load('csv');
  const rows: object[] = [];
  for await (const { value } of csv.read(table, table)) {
    if (value !== undefined) rows.push(row(value as Record<string, string>));
  }
  return rows;
}

function placeOf(name: string): string {
  return join(attuneHome(), 'safety', `${name}.jsonl`);
}
