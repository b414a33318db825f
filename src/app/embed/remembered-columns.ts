import { entryOf } from '../../base/table.ts';
import type { ColumnSource } from '../../data/columns.ts';
import { notedShapes } from '../../answering/model/noted-shapes.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import type { RowPurpose } from './row-columns.ts';

/** Fields of training rows by the purpose of the rows to embed. */
const FIELDS: Record<RowPurpose, readonly string[]> = {
  vectors: ['text'],
  document: ['positive', 'document', 'text'],
  query: ['anchor', 'query', 'text'],
};

/**
 * The columns of the texts that a run was trained on, if its recipe names them. For a model trained on pairs: the
 * positives' columns for a collection and the anchors' for queries.
 * @throws AttuneError E_MODEL_MISSING, E_RUN_UNFINISHED
 */
export function rememberedColumns(target: string, purpose: RowPurpose): ColumnSource | undefined {
  const mappings = notedShapes(readNotes(resultFolder(target))).map(({ columns = {} }) => columns);
  for (const columns of mappings) {
    const field = FIELDS[purpose].find((name) => Object.hasOwn(columns, name));
    if (field !== undefined) return entryOf(columns, field);
  }
  return undefined;
}
