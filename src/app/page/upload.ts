import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../files/temporary.ts';
import { PRIVATE_FILE } from '../../files/private.ts';

/** Stores an uploaded file while the work runs. The client's file name is never used. */
export async function withUpload<Result>(bytes: Uint8Array, work: (path: string) => Promise<Result>): Promise<Result> {
  const folder = temporaryFolder('upload');
  try {
    const path = join(folder, 'upload');
    writeFileSync(path, bytes, { mode: PRIVATE_FILE });
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
