/** Files as they were when somebody saw them: how long, and the hash of that much. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';

export interface SeenFile {
  bytes: number;
  sha256: string;
}

/** Those of the named files that are there. */
export function seenFiles(paths: Readonly<Record<string, string>>): Record<string, SeenFile> {
  const files = Object.entries(paths).filter(([, path]) => existsSync(path));
  return Object.fromEntries(
    files.map(([name, path]) => {
      const bytes = sizeOf(path);
      return [name, { bytes, sha256: hashOfStart(path, bytes) }];
    }),
  );
}

export function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Of a file's first bytes. */
export function hashOfStart(path: string, bytes: number): string {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(path, 'r');
  try {
    for (let rest = bytes; rest > 0;) {
      const count = readSync(descriptor, piece, 0, Math.min(piece.length, rest), null);
      if (count === 0) break;
      digest.update(piece.subarray(0, count));
      rest -= count;
    }
  } finally {
    closeSync(descriptor);
  }
  return digest.digest('hex');
}
