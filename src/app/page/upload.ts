import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../files/temporary.ts';
import { PRIVATE_FILE } from '../../files/private.ts';

/** What the page sent as a file, for as long as the work needs it; its name is never the sender's. */
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
