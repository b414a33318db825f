import { refuseLarge } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isZip, ZipParts, zipNames } from './archive/zip-file.ts';
import { SheetTable } from './office/sheet-table.ts';
import { sheetsOf } from './office/workbook.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  using parts = await ZipParts.open(input, context);
  for (const { name, isHidden, rows } of await sheetsOf(parts)) {
    if (isHidden) {
      context.notes.add('hidden sheets', name);
      continue;
    }
    const table = new SheetTable(name);
    for await (const row of rows()) yield* table.take(row);
    yield* table.end();
  }
}

/** Sheets as records under their column names, with dates as dates and formulas as their results. */
export const xlsx: Reader = {
  endings: ['xlsx', 'xlsm'],
  isBinary: true,
  recognise: async (head, { path }) => isZip(head) && (await zipNames(path)).includes('xl/workbook.xml'),
  read,
};
