/** Reads files of many formats into texts, messages and records with their origins. */
export {
  charactersOf,
  mergeOrigins,
  sectionOrigin,
  withHeadings,
  type DataRow,
  type Document,
  type Item,
  type ItemKind,
  type MessageDocument,
  type Origin,
  type RecordDocument,
  type Section,
  type TextDocument,
} from './document.ts';
export { countPieces, cutFile, type CutFile, type FilePiece } from './cut-file.ts';
export { findDocuments, type FoundFile } from './find-documents.ts';
export { requireDuckDB } from './formats/sql/duckdb.ts';
export { tableFormat, type FileQuery } from './formats/sql/file-query.ts';
export { isReading } from './formats/sql/query.ts';
export type { ReadLimits } from './limits.ts';
export { joinOutcomes, type FileOutcome, type SkipReason } from './outcome.ts';
export { ReaderPool } from './process/reader-pool.ts';
export { readDocuments, type ReadOptions } from './read-documents.ts';
export { timeOf } from './text/time.ts';
