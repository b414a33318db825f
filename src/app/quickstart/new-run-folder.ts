import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of a new quick start: `runs/quickstart-pronunciation`, then `-2`, `-3`, … so that no earlier run is in the way or lost. */
export function newRunFolder(task: string, parent = 'runs'): string {
  const first = resolve(join(parent, `quickstart-${task}`));
  let folder = first;
  for (let number = 2; existsSync(folder); number++) folder = `${first}-${number}`;
  return folder;
}
