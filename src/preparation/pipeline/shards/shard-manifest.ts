/** Manifest of a part: the output of one shard of a sharded pipeline. */
import { z } from 'zod';
import { AttuneError } from '../../../base/errors.ts';
import type { FileOutcome } from '@attune/documents';
import type { FileSummary } from '../../file-tally.ts';
import type { StepReport } from '../../preparation-step.ts';

/** Index of a shard, from 0, and number of shards. */
export interface ShardPlaceOf {
  index: number;
  count: number;
}

const file = z.strictObject({
  name: z.string().regex(/^[0-9a-f]{64}\.jsonl$/),
  items: z.int().min(0),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.strictObject({
  version: z.literal(1),
  shard: z.strictObject({ index: z.int().min(0), count: z.int().positive() }),
  /** Hash of the sources' names, the steps and their options: equal in all parts. */
  pipeline: z.string(),
  /** Hash of the names and sizes of all files: equal in all parts. */
  listing: z.string(),
  /** Hash of the content of this shard's files. */
  input: z.string(),
  /** Items read, items left after the steps that ran, and those left out. */
  counts: z.strictObject({ files: z.int(), read: z.int(), items: z.int(), rejected: z.int() }),
  units: z.array(
    z.strictObject({
      unit: z.int().min(0),
      files: z.array(z.strictObject({ file: z.string(), sha256: z.string().optional(), bytes: z.number() })),
      summary: z.custom<FileSummary>().optional(),
      piece: z.strictObject({ outcome: z.custom<FileOutcome>(), count: z.int() }).optional(),
      shards: z.array(file),
      reports: z.array(z.custom<StepReport>()),
      /** Signatures and other values that the next step, or the split, compares; one line per item. */
      looked: z.array(file),
    }),
  ),
});

export type ShardManifest = z.output<typeof manifestSchema>;

export function partName({ index, count }: ShardPlaceOf): string {
  const digits = (number: number): string => String(number).padStart(5, '0');
  return `part-${digits(index)}-of-${digits(count)}`;
}

const PART = /^part-(\d{5,})-of-(\d{5,})$/;

export function isPartName(name: string): boolean {
  return PART.test(name);
}

/** @throws AttuneError E_BAD_PART */
export function checkManifest(value: unknown, place: string): ShardManifest {
  const { data, error } = manifestSchema.safeParse(value);
  if (data !== undefined) return data;
  throw new AttuneError('E_BAD_PART', {
    what: `The manifest in ${place} cannot be read`,
    got: error.issues[0] && `${error.issues[0].path.join('.')}: ${error.issues[0].message}`,
    fix: 'delete the part, and run its shard again with this version of attune',
  });
}

/** `3/10`: the fourth of ten. @throws AttuneError E_USAGE */
export function parseShard(text: string): ShardPlaceOf {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index !== undefined && shard.index < shard.count) return shard;
  throw new AttuneError('E_USAGE', {
    what: 'Invalid value for --shard',
    got: text,
    expected: 'INDEX/COUNT with an index from 0 to COUNT - 1, such as 0/10 or 9/10',
    fix: 'in a Kubernetes Job: --shard $(JOB_COMPLETION_INDEX)/10; in a Slurm array: --shard $SLURM_ARRAY_TASK_ID/10',
  });
}
