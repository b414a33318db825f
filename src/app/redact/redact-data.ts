import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { temporaryFolder } from '../../files/temporary.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { rawRows, requireWhole } from '../../data/raw-rows.ts';
import {
  canaryRow,
  makeCanaries,
  plantings,
  presets,
  readLanguage,
  Redactor,
  writeVault,
  type Canary,
} from '@attune/privacy';
import { redactRows } from '../../data/redaction/redact-rows.ts';
import { requireWritable } from '../../files/atomic.ts';
import { checkPassphrase, checkSurrogateKey } from '../../files/passphrase.ts';
import { refuseSame } from '../../files/same-file.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { sha256File } from '../../files/hash.ts';
import type { useCase, RedactedData } from '../use-cases/data-redact.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { loadRecognisers } from './recognisers.ts';

export type RedactDataOptions = CallOptions<typeof useCase>;

/** Seed of canaries. */
const SEED = 42;
const ROWS_BETWEEN_REPORTS = 500;

/** Redacts personal data in a file of rows, row by row. Canaries are listed in `TO.canaries`. */
export async function redactData(from: string, given: RedactDataOptions): Promise<RedactedData> {
  const { passphrase = process.env.ATTUNE_VAULT_PASSPHRASE, key = process.env.ATTUNE_REDACTION_KEY } = given;
  const options = { ...given, passphrase, key };
  await checkFiles(from, options);
  const folder = temporaryFolder('redact');
  try {
    using redactor = await redactorOf(options, folder);
    return await redactWith(redactor, from, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function redactorOf(options: RedactDataOptions, folder: string): Promise<Redactor> {
  const { style = 'tags', key, vault } = options;
  return new Redactor({
    style,
    key: key === undefined ? randomBytes(32) : Buffer.from(key),
    kinds: options.kind ?? (options.preset === undefined ? undefined : presets[options.preset]),
    columns: options.column,
    subject: options.subject,
    allow: options.allow,
    monthFirst: options.monthFirst,
    languages: (options.lexicon ?? []).map(readLanguage),
    more: (await Promise.all((options.recogniser ?? []).map(loadRecognisers))).flat(),
    // A vault needs all values at once, so they stay in memory.
    folder: vault === undefined ? folder : undefined,
  });
}

async function redactWith(redactor: Redactor, from: string, options: RedactDataOptions): Promise<RedactedData> {
  const { output: to, style = 'tags', key, canaries: count = 0 } = options;
  options.onEvent?.({ type: 'phase-started', phase: 'data', message: `redacting ${from}` });
  using draft = new FileDraft(to);
  const canaries = makeCanaries(count, SEED);
  const first = await writeRows(from, { draft, redactor, options });
  plant(plantings(canaries, SEED), first, draft);
  const sha256 = draft.commit();
  if (options.vault !== undefined) writeVault(options.vault, redactor.tags, options.passphrase!);
  if (canaries.length > 0) writeJson(`${to}.canaries`, { seed: SEED, canaries });
  const result = {
    from,
    to,
    style,
    sha256,
    bytes: draft.bytes,
    isKeyKept: key !== undefined,
    ...redactor.counts,
    canaries,
  };
  writeJson(`${to}.redaction`, { ...result, canaries: canaries.length });
  return result;
}

async function checkFiles(from: string, options: RedactDataOptions): Promise<void> {
  const { output: to, style = 'tags', vault, passphrase, key } = options;
  if (!/\.(jsonl|ndjson)$/.test(to)) {
    throw new AttuneError('E_USAGE', {
      what: `Rows are written as JSON Lines, not to ${to}`,
      fix: 'choose a name ending in .jsonl',
    });
  }
  if (vault !== undefined && (passphrase === undefined || passphrase === '' || style !== 'tags')) {
    throw new AttuneError('E_USAGE', {
      what: 'A vault needs a passphrase and style tags: two values can have the same surrogate',
      got: style === 'tags' ? 'no passphrase' : `style ${style}`,
      fix: 'set ATTUNE_VAULT_PASSPHRASE, and remove --style',
    });
  }
  if (vault !== undefined) checkPassphrase(passphrase!);
  if (key !== undefined) checkSurrogateKey(key);
  refuseSameFiles(from, options);
  for (const path of vault === undefined ? [to] : [to, vault]) requireWritable(path);
  const former = `${from}.redaction`;
  if (
    style === 'surrogates' &&
    existsSync(former) &&
    (readJson(former) as { sha256?: string }).sha256 === (await sha256File(from))
  ) {
    throw new AttuneError('E_ALREADY_REDACTED', {
      what: `${from} already contains surrogates or tags`,
      got: former,
      fix: 'redact the original: redacting twice would shift its dates again',
    });
  }
}

/** Rows, vault and report must be different files, since each overwrites an existing one. */
function refuseSameFiles(from: string, { output, vault, canaries = 0 }: RedactDataOptions): void {
  const written = {
    '--output': output,
    '--vault': vault,
    report: `${output}.redaction`,
    canaries: canaries > 0 ? `${output}.canaries` : undefined,
  };
  refuseSame({ FILE: from, ...written });
}

/** @returns the first row, which shows the form of the data */
async function writeRows(
  from: string,
  { draft, redactor, options }: { draft: FileDraft; redactor: Redactor; options: RedactDataOptions },
): Promise<Record<string, unknown>> {
  const problems: Problem[] = [];
  let first: Record<string, unknown> | undefined;
  const whole = async function* whole(): AsyncGenerator<Record<string, unknown>> {
    for await (const { value } of rawRows(from, (problem) => problems.push(problem))) yield value;
  };
  const how = { redactor, valuesOf: (value: Record<string, unknown>) => value };
  for await (const { item, values } of redactRows(whole(), how, { signal: options.signal })) {
    first ??= item;
    draft.write(`${JSON.stringify(values)}\n`);
    const { rows } = redactor.counts;
    if (rows % ROWS_BETWEEN_REPORTS === 0)
      options.onEvent?.({ type: 'work-advanced', phase: 'data', done: rows, unit: 'rows' });
    options.signal?.throwIfAborted();
  }
  requireWhole(from, { rows: redactor.counts.rows, problems });
  return first!;
}

/** Appends canaries to the rows; training shuffles them anyway. */
function plant(planted: readonly Canary[], like: Record<string, unknown>, draft: FileDraft): void {
  for (const canary of planted) {
    const row = canaryRow(like, canary);
    if (row === undefined) {
      throw new AttuneError('E_CANARY_FORM', {
        what: 'Canaries cannot be planted among rows of this form',
        got: `columns ${Object.keys(like).join(', ')}`,
        expected: 'messages, prompt and completion, instruction and output, or text',
        fix: 'remove --canaries',
      });
    }
    draft.write(`${JSON.stringify(row)}\n`);
  }
}
