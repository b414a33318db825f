import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { TOKENIZER_FILE } from '../../answering/generate/adapters/adapter-files.ts';
import { adapterWeights, isAdapterFolder } from '../../answering/model/base-model.ts';
import { copyProcessor } from '../../answering/model/model-readers.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { RESULT_NOTES, type ResultNotesFile } from '../../answering/model/result-notes.ts';

/** Helpers for adapters that are made from other adapters: reading, and files other than the weights. */

/** @throws E_NOT_AN_ADAPTER, and errors of an adapter without weights */
export function adapterFolder(target: string): string {
  const folder = resultFolder(target);
  if (!isAdapterFolder(folder)) {
    throw new AttuneError('E_NOT_AN_ADAPTER', {
      what: `${target} is a complete model, not an adapter`,
      fix: 'extract an adapter first: attune adapters extract MODEL --base BASE',
    });
  }
  adapterWeights(folder);
  return folder;
}

/** Copies tokenizer and processor of the first adapter, if it has its own. */
export function copyBeside(from: string, draft: string): void {
  copyProcessor(from, draft);
  const skipped = /^(?:adapter_|attune\.json$|README\.md$)/;
  for (const name of readdirSync(from).filter((one) => !skipped.test(one) && TOKENIZER_FILE.test(one))) {
    const path = join(from, name);
    if (lstatSync(path).isFile()) writeFileAtomic(join(draft, name), readFileSync(path));
  }
}

/** Prompt settings are those of the original adapter; its measurements do not apply. */
export function writeMadeNotes(
  draft: string,
  notes: ResultNotesFile,
  made: { folder: string } & Readonly<Record<string, unknown>>,
): void {
  const { probe: _probe, ...kept } = notes;
  writeJson(join(draft, RESULT_NOTES), { ...kept, ...made, step: 0, metrics: {} });
}

/** Model card of an adapter that has not been evaluated yet. */
export function writeMadeCard(
  draft: string,
  config: Readonly<Record<string, unknown>>,
  { tag, lines }: { tag: string; lines: readonly string[] },
): void {
  const head = [
    '---',
    `base_model: ${JSON.stringify(config.base_model_name_or_path ?? 'unknown')}`,
    'library_name: peft',
    `tags: [lora, ${tag}]`,
    '---',
    '',
  ];
  writeFileAtomic(join(draft, 'README.md'), [...head, ...lines, ''].join('\n'));
}
