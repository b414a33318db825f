/** Converts Laya folders (convaiinnovations/laya): other tensor names, and encoder and tokenizer in subfolders. */
import { copyFileSync, existsSync, openSync, closeSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeAll, writeAtomic } from '../../files/atomic.ts';
import { sha256File } from '../../files/hash.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { headerLength, layOut, parseHeader } from '../../engine/tensor/safetensors-header.ts';
import { DECIDES } from '../../models/architecture.ts';
import type { OptionBucket, DecisionType } from '../../data/kinds/decision.ts';
import type { Calibration, Temperatures } from '../../scoring/temperatures.ts';
import { calibrationPath } from './kept-calibration.ts';

const SETTINGS = 'rl_agent_config.json';
const WEIGHTS = 'model.safetensors';
const [ENCODER, TOKENIZER] = ['encoder', 'tokenizer'];
/** Prefixes of the encoder's tensors, in Laya's folders and in attune's. */
const [THEIRS, OURS] = ['encoder.', 'model.'];

/** In the order of the type table's rows. */
const TYPES = ['choice', 'score', 'noul'] as const satisfies DecisionType[];
const BUCKETS: Readonly<Record<OptionBucket, string>> = { 2: '2', '3_5': '3-5', '6_10': '6-10', 11: '11+' };

export function isLayaFolder(folder: string): boolean {
  return existsSync(join(folder, SETTINGS)) && existsSync(join(folder, ENCODER, 'config.json'));
}

/** Converts a Laya folder to attune's format, including its temperatures. @throws AttuneError E_WRONG_MODEL for other encoders */
export async function readLayaFolder(source: string, folder: string): Promise<number> {
  const encoder = readJson<Record<string, unknown>>(join(source, ENCODER, 'config.json'));
  if (encoder.model_type !== 'modernbert')
    throw new AttuneError('E_WRONG_MODEL', {
      what: `The encoder of ${source} is not supported`,
      got: String(encoder.model_type),
      expected: 'modernbert',
    });
  const { temperature, temperature_by_options: byOptions, ...laya } = readJson<LayaSettings>(join(source, SETTINGS));
  makeFolders(folder);
  writeJson(join(folder, 'config.json'), { ...encoder, architectures: [`ModernBert${DECIDES}`], laya });
  for (const file of readdirSync(join(source, TOKENIZER)))
    copyFileSync(join(source, TOKENIZER, file), join(folder, file));
  const calibration: Calibration = {
    version: 1,
    file: SETTINGS,
    sha256: await sha256File(join(source, SETTINGS)),
    rows: { fitted: 0, measured: 0 },
    temperatures: temperaturesOf(temperature, byOptions),
    metrics: {},
    acting: {},
  };
  writeJson(calibrationPath(folder), calibration);
  return renameTensors(join(source, WEIGHTS), join(folder, WEIGHTS), [THEIRS, OURS]);
}

/** Converts a folder to Laya's format. */
export function writeLayaFolder(
  folder: string,
  {
    config,
    calibration,
  }: { config: Readonly<Record<string, unknown>>; calibration?: Pick<Calibration, 'temperatures'> },
  source: string,
): number {
  const { laya, architectures: _, ...encoder } = config;
  for (const part of [ENCODER, TOKENIZER]) makeFolders(join(folder, part));
  writeJson(join(folder, ENCODER, 'config.json'), { ...encoder, architectures: ['ModernBertModel'] });
  const isOther = (file: string) => file === 'config.json' || file === WEIGHTS || !/\.(json|jinja|txt)$/.test(file);
  for (const file of readdirSync(source).filter((one) => !isOther(one)))
    copyFileSync(join(source, file), join(folder, TOKENIZER, file));
  const { temperatures = {} } = calibration ?? {};
  const named = TYPES.flatMap((type) =>
    Object.entries(temperatures[type]?.buckets ?? {}).map(([bucket, value]) => [
      `${type}:${BUCKETS[bucket as OptionBucket]}`,
      value,
    ]),
  );
  writeJson(join(folder, SETTINGS), {
    ...(laya as object),
    temperature: TYPES.map((type) => temperatures[type]?.all ?? 1),
    temperature_by_options: Object.fromEntries(named),
  });
  return renameTensors(join(source, WEIGHTS), join(folder, WEIGHTS), [OURS, THEIRS]);
}

interface LayaSettings {
  temperature?: readonly number[];
  temperature_by_options?: Readonly<Record<string, number>>;
  [key: string]: unknown;
}

/** Clamped to 0.5 … 5, as in Laya. */
function temperaturesOf(all: readonly number[] = [], byOptions: Readonly<Record<string, number>> = {}): Temperatures {
  const within = (value: number | undefined): number => Math.min(5, Math.max(0.5, value ?? 1));
  return Object.fromEntries(
    TYPES.map((type, i) => {
      const buckets = Object.entries(BUCKETS).flatMap(([bucket, name]) => {
        const value = byOptions[`${type}:${name}`] as number | undefined;
        return value === undefined ? [] : [[bucket, within(value)]];
      });
      return [type, { all: within(all[i]), buckets: Object.fromEntries(buckets) }];
    }),
  );
}

/** Copies a file of tensors under other names. @returns its bytes */
function renameTensors(source: string, target: string, [from, to]: readonly [string, string]): number {
  const descriptor = openSync(source, 'r');
  try {
    const { size } = statSync(source);
    const first = read(descriptor, { at: 0, length: 8 });
    const length = headerLength(source, first, size);
    const { entries, metadata, dataStart } = parseHeader(source, read(descriptor, { at: 8, length }), size);
    const nameOf = (name: string): string => (name.startsWith(from) ? to + name.slice(from.length) : name);
    const before = new Map(entries.map((entry) => [nameOf(entry.name), entry]));
    const renamed = layOut(
      entries.map(({ name, dtype, shape }) => ({ name: nameOf(name), dtype, shape })),
      metadata,
    );
    writeAtomic(target, (out) => {
      writeAll(out, renamed.header);
      for (const { name } of renamed.entries) {
        const { begin, end } = before.get(name)!;
        for (let at = begin; at < end; at += CHUNK)
          writeAll(out, read(descriptor, { at: dataStart + at, length: Math.min(CHUNK, end - at) }));
      }
    });
    return size;
  } finally {
    closeSync(descriptor);
  }
}

const CHUNK = 1 << 24;

function read(descriptor: number, { at, length }: { at: number; length: number }): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) done += readSync(descriptor, bytes, done, length - done, at + done) || length;
  return bytes;
}
