import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { readVault, restoreTags } from '@attune/privacy';
import { missingFile } from '../../files/bytes.ts';
import { refuseSame } from '../../files/same-file.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { parseJson } from '../../files/json.ts';
import { PRIVATE_FILE } from '../../files/private.ts';
import { readLines } from '../../files/lines.ts';
import type { useCase, RestoredData } from '../use-cases/data-restore.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';

/**
 * Replaces tags by their original values, in rows or in any text such as a model's answers.
 * @throws AttuneError E_USAGE, E_FILE_MISSING, E_VAULT_UNREADABLE, E_BAD_ROWS, E_NOT_WRITABLE
 */
export async function restoreData(
  from: string,
  { output: to, vault, passphrase = process.env.ATTUNE_VAULT_PASSPHRASE }: OptionsOf<typeof useCase>,
): Promise<RestoredData> {
  if (passphrase === undefined) {
    throw new AttuneError('E_USAGE', {
      what: 'The passphrase of the vault is missing',
      fix: 'set ATTUNE_VAULT_PASSPHRASE',
    });
  }
  for (const path of [from, vault]) {
    if (!existsSync(path)) throw missingFile(path);
  }
  refuseSame({ FILE: from, '--vault': vault, '--output': to });
  const entries = readVault(vault, passphrase);
  // Values inside JSON need quotes and line breaks escaped, and escaped twice inside nested JSON.
  const isJson = /\.(jsonl|ndjson)$/.test(from);
  using draft = new FileDraft(to, PRIVATE_FILE);
  const result = { to, lines: 0, changed: 0 };
  for await (const { number, text, defect } of readLines(from)) {
    if (defect !== undefined)
      throw new AttuneError('E_BAD_ROWS', { what: `${from}:${number} cannot be read`, got: defect.reason });
    const restored =
      isJson && text.trim() !== ''
        ? JSON.stringify(restoreValue(parseJson(text), entries))
        : restoreTags(text, entries);
    result.lines++;
    if (restored !== text) result.changed++;
    draft.write(`${restored}\n`);
  }
  draft.commit();
  return result;
}

function restoreValue(value: unknown, entries: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return restoreText(value, entries);
  if (Array.isArray(value)) return value.map((one) => restoreValue(one, entries));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, restoreValue(one, entries)]));
}

function restoreText(text: string, entries: ReadonlyMap<string, string>): string {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.stringify(restoreValue(parseJson(text), entries));
    } catch {
      // The text only starts like JSON.
    }
  }
  return restoreTags(text, entries);
}
