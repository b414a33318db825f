import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { requireInside } from '../../access/confine.ts';
import { readEdits, writeEdited } from '../edited-rows.ts';
import { callerOf } from '../guard.ts';
import type { RowPages } from '../row-pages.ts';
import { numberIn } from './cursor.ts';

const MOST_ROWS = 200;
const MOST_BODY_BYTES = 8 * 2 ** 20;

/** Rows of a data file: pages, counts of a column's values, and a copy with changes. */
export function rowRoutes(pages: RowPages): Hono {
  const app = new Hono();
  app.get('/rows', async (context) => {
    const { file = '', words, column, value, duplicates } = context.req.query();
    const filter = { words, column, value, isDuplicate: duplicates === undefined ? undefined : true };
    const count = Math.min(MOST_ROWS, numberIn(context, 'count'));
    return context.json(await pages.of(file).page(filter, numberIn(context, 'from'), count));
  });
  app.get('/rows/counts', async (context) => {
    const { file = '', column = '' } = context.req.query();
    return context.json(await pages.of(file).counts(column));
  });
  app.post('/rows/edited', bodyLimit({ maxSize: MOST_BODY_BYTES }), async (context) => {
    const { file, edits } = readEdits(await context.req.json().catch(() => undefined));
    requireInside([{ field: 'file', text: file }], callerOf(context));
    return context.json({ path: await writeEdited(file, edits) });
  });
  return app;
}
