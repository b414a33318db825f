/** Files of rows: each format streams its rows in the file's order, and each defect has its line. */
export { conll } from './conll.ts';
export { parseForTemplates, type Container, type RawRow, type RowReading } from './container.ts';
export { csv } from './csv.ts';
export { json } from './json.ts';
export { jsonl } from './jsonl.ts';
export { parquet } from './parquet.ts';
