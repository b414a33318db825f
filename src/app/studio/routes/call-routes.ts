import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AttuneError } from '../../../base/errors.ts';
import type { Calls } from '../../calls/calls.ts';
import { describeUseCases } from '../described-use-cases.ts';
import { keepUpload } from '../dropped-files.ts';
import { callerOf } from '../guard.ts';
import { cursorOf, newsSignal } from './cursor.ts';

const MOST_INPUT_BYTES = 2 ** 20;
/** Folder for uploads, inside the working folder. */
const DATA = 'data';

/** Routes for calling use cases and for uploading files. */
export function callRoutes(calls: Calls): Hono {
  const app = new Hono();
  app.get('/use-cases', async (context) => context.json(await describeUseCases()));
  app.get('/calls', (context) => context.json(calls.list(callerOf(context))));
  app.post('/calls', bodyLimit({ maxSize: MOST_INPUT_BYTES }), async (context) => {
    const { name, input } = await context.req.json<{ name?: unknown; input?: unknown }>().catch(() => {
      throw new AttuneError('E_USAGE', { what: 'The request is not JSON' });
    });
    return context.json(await calls.start(String(name), input, callerOf(context), { via: 'studio' }));
  });
  app.get('/calls/:id', async (context) => {
    const part = { since: cursorOf(context), until: newsSignal(context) };
    const found = await calls.follow(context.req.param('id'), callerOf(context), part);
    return found === undefined ? context.json({ error: { what: 'This call has ended' } }, 404) : context.json(found);
  });
  app.delete('/calls/:id', async (context) =>
    context.json({}, (await calls.stop(context.req.param('id'), callerOf(context))) ? 200 : 404),
  );
  app.post('/files', async (context) => {
    const { body } = context.req.raw;
    if (body === null) throw new AttuneError('E_USAGE', { what: 'The file is empty', fix: 'choose another one' });
    return context.json({ path: await keepUpload(DATA, context.req.query('name') ?? '', body) });
  });
  return app;
}
