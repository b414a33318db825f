import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder for a new quick start: `runs/quickstart-pronunciation`, then `-2`, `-3`, …, so that earlier runs are kept. */
export function newRunFolder(task: string, parent = 'runs'): string {
  const first = resolve(join(parent, `quickstart-${task}`));
  let folder = first;
  for (let number = 2; existsSync(folder); number++) folder = `${first}-${number}`;
  return folder;
}
