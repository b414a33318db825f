import type { KnownShapes } from '../../data/index.ts';
import { displayPath } from '../../files/find-files.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import { notedShapes } from '../../answering/model/noted-shapes.ts';

/**
 * Expected layout of rows for models: that of their training rows. Other rows are recognised by their columns.
 * Undefined if nothing is known. @throws AttuneError E_MODEL_MISSING, E_RUN_UNFINISHED
 */
export function rememberedShapes(targets: readonly string[]): KnownShapes | undefined {
  const distinct = [...new Set(targets)];
  const shapes = distinct.flatMap((target) => notedShapes(readNotes(resultFolder(target))));
  return shapes.length === 0
    ? undefined
    : { shapes, origin: distinct.map((target) => displayPath(target, process.cwd())).join(', ') };
}
