import { existsSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes } from '../../base/format.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { sha256File } from '../../files/hash.ts';
import { isFile } from '../../store/json-lines.ts';

const MOST_BYTES = 8 * 2 ** 30;

/**
 * Stores an uploaded file in `folder` under its own name, with a number appended if another file has that name. An
 * identical file is stored only once. @returns its path
 */
export async function keepUpload(folder: string, name: string, body: ReadableStream<Uint8Array>): Promise<string> {
  const wanted = join(folder, safeName(name));
  using draft = new FileDraft(wanted);
  for await (const piece of body) {
    draft.write(piece);
    if (draft.bytes > MOST_BYTES) throw tooLarge(name);
  }
  // Read before the size, since it flushes the buffer.
  const { sha256 } = draft;
  const extension = extname(wanted);
  const stem = wanted.slice(0, wanted.length - extension.length);
  for (let number = 1; ; number++) {
    const path = number === 1 ? wanted : `${stem}-${number}${extension}`;
    if (!existsSync(path)) {
      draft.commit(path);
      return path;
    }
    if (isFile(path) && statSync(path).size === draft.bytes && (await sha256File(path)) === sha256) return path;
  }
}

/** Cleans a file name: letters, digits and common punctuation; no path, no hidden file, no option. @throws AttuneError E_USAGE */
export function safeName(name: string): string {
  const base = name.split(/[/\\]/).at(-1)!.normalize('NFC').slice(-80);
  const safe = base
    .replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_')
    .replace(/^[.\s-]+/, '')
    .trim();
  if (safe !== '') return safe;
  throw new AttuneError('E_USAGE', { what: 'The file has no usable name', got: JSON.stringify(name) });
}

function tooLarge(name: string): AttuneError {
  return new AttuneError('E_FILE_TOO_LARGE', {
    what: `${name} is too large to upload`,
    expected: `at most ${formatBytes(MOST_BYTES)}`,
    fix: "copy it into the studio's folder and enter its name there",
  });
}
