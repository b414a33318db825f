import { Module, type Parameter } from '../../engine/nn/index.ts';

/** A path segment without parameters of its own. */
class Group extends Module {
  [name: string]: unknown;
}

/** Attaches a part at its path in checkpoints: `cls.predictions.decoder`. */
export function place(root: Module, path: string, part: Module | Parameter | readonly Module[]): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = root as Group;
  for (const name of names) {
    // own: paths of our own modules
    at[name] ??= new Group();
    at = at[name] as Group;
  }
  // own: paths of our own modules
  at[last] = part;
}
