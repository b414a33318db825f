import { entryOf } from '../../base/table.ts';
import type { ColumnSource } from '../../data/columns.ts';
import { notedShapes } from '../../jobs/rows/noted-shapes.ts';
import { resultFolder } from '../../jobs/model/result-folder.ts';
import { readNotes } from '../../jobs/model/result-notes.ts';
import type { RowPurpose } from './row-columns.ts';

/** The fields of training rows that a purpose corresponds to. */
const FIELDS: Record<RowPurpose, readonly string[]> = {
  vectors: ['text'],
  document: ['positive', 'document', 'text'],
  query: ['anchor', 'query', 'text'],
};

/**
 * What a run's texts were read from, where its recipe named the columns: for a model trained on pairs those of the
 * positives for a collection, those of the anchors for what is asked of it.
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
