import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AttuneError } from '../../../base/errors.ts';
import { requireInside } from '../../access/confine.ts';
import { editsOf, readChanges, writeEdited } from '../edited-rows.ts';
import { callerOf } from '../guard.ts';
import { counted, type Counted } from '../row-labels.ts';
import type { RowPages } from '../row-pages.ts';
import { numberIn } from './cursor.ts';

const MOST_ROWS = 200;
const MOST_BODY_BYTES = 8 * 2 ** 20;

/** Rows of a data file: pages, counts of a column's values, and a copy with changes. */
export function rowRoutes(pages: RowPages): Hono {
  const app = new Hono();
  app.get('/rows', async (context) => {
    const { file = '', words } = context.req.query();
    const [counted, label] = [countedOf(context), context.req.query('label')];
    const filter = { words, label: counted && label !== undefined ? { ...counted, label } : undefined };
    const count = Math.min(MOST_ROWS, numberIn(context, 'count'));
    return context.json(await pages.of(file).page(filter, numberIn(context, 'from'), count));
  });
  app.get('/rows/counts', async (context) => {
    const wanted = countedOf(context);
    if (wanted === undefined)
      throw new AttuneError('E_USAGE', { what: '`of` does not name what to count', expected: counted.join(', ') });
    return context.json(await pages.of(context.req.query('file') ?? '').counts(wanted));
  });
  app.post('/rows/edited', bodyLimit({ maxSize: MOST_BODY_BYTES }), async (context) => {
    const { file, changes } = readChanges(await context.req.json().catch(() => undefined));
    requireInside([{ field: 'file', text: file }], callerOf(context));
    return context.json({ path: await writeEdited(file, await editsOf(pages.of(file), changes)) });
  });
  return app;
}

function countedOf(context: Context): Counted | undefined {
  const { of, column } = context.req.query();
  const known = counted.find((one) => one === of);
  return known && { of: known, column };
}
