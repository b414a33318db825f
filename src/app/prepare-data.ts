import { resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { withoutCredentials } from '../base/secrets.ts';
import { requireWritable } from '../files/atomic.ts';
import { prepare, type StepSpec } from '../preparation/index.ts';
import { Tokenizer } from '../models/text/index.ts';
import type { useCase, PreparedData } from './use-cases/data-prepare.ts';
import { limitsOf } from './use-cases/shared/reading-fields.ts';
import type { CallOptions } from './use-cases/use-case.ts';
import { loadRecognisers } from './redact/recognisers.ts';
import { modelFolder } from '../answering/model/base-model.ts';

export type PrepareDataOptions = CallOptions<typeof useCase>;

/**
 * Converts documents of any kind (files, folders, archives) to training rows.
 * @throws AttuneError as `prepare`
 */
export async function prepareData(sources: readonly string[], options: PrepareDataOptions): Promise<PreparedData> {
  const { output: to, step = [], ocr, query, processes, onEvent, signal } = options;
  const steps = await stepsOf(step);
  if (!/\.(jsonl|ndjson)$/.test(to)) {
    throw new AttuneError('E_USAGE', {
      what: `Rows are written as JSON Lines, not to ${to}`,
      fix: 'choose a name ending in .jsonl',
    });
  }
  requireWritable(to);
  onEvent?.({ type: 'phase-started', phase: 'data', message: `reading ${withoutCredentials(sources.join(', '))}` });
  const report = await prepare({
    sources,
    to: resolve(to),
    steps: steps.length > 0 ? steps : undefined,
    reading: { ocr, query, limits: limitsOf(options), processes },
    base: process.cwd(),
    openTokenizer: (name) => Tokenizer.load(modelFolder(name)),
    openRecognisers: loadRecognisers,
    onProgress: ({ documents }) =>
      onEvent?.({ type: 'work-advanced', phase: 'data', done: documents, unit: 'documents' }),
    signal,
  });
  return { ...report, to };
}

/** Steps given as "chunks", "chunks: {size: 512}" or "{step: chunks, size: 512}". */
async function stepsOf(given: NonNullable<PrepareDataOptions['step']>): Promise<StepSpec[]> {
  const { parse } = await import('yaml');
  return given.map((text) => {
    if (typeof text !== 'string') return text;
    let value: unknown;
    try {
      value = parse(text, { logLevel: 'silent' });
    } catch {
      throw badStep(text);
    }
    if (typeof value === 'string') return { step: value };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badStep(text);
    if ('step' in value && typeof value.step === 'string') return value as { step: string };
    const entries = Object.entries(value);
    const [[step, options]] = entries.length === 1 ? entries : [[text, undefined]];
    if (typeof options !== 'object' || Array.isArray(options)) throw badStep(text);
    return { step, ...options };
  });
}

function badStep(text: string): AttuneError {
  return new AttuneError('E_USAGE', {
    what: '--step is invalid',
    got: text,
    expected: 'a name, or "chunks: {size: 512}"',
  });
}
