import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { errorDocument } from '../../base/errors.ts';
import { bind } from '../../serving/listen.ts';
import { Calls } from './calls.ts';
import { guard, signIn } from './guard.ts';
import { callRoutes } from './routes/call-routes.ts';
import { runRoutes, RunModels } from './routes/run-routes.ts';
import { Sessions } from './sessions.ts';
import { studioFile } from './studio-files.ts';

export interface OpenStudio {
  /** The page, with a token that counts once. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the studio to this machine's browser. Uploads go into `data/` of the working folder, runs into `runs/`.
 * @throws AttuneError E_PORT_IN_USE, E_LISTEN
 */
export async function openStudio({ port }: { port: number }): Promise<OpenStudio> {
  const [sessions, calls, models] = [new Sessions(), new Calls(), new RunModels()];
  const app = new Hono();
  app.use(guard(sessions));
  app.onError((error, context) => {
    const document = errorDocument(error);
    return context.json({ error: document }, document.code === 'E_BUG' ? 500 : 400);
  });
  app.post('/api/session', bodyLimit({ maxSize: 1024 }), (context) => signIn(context, sessions));
  app.route('/api', callRoutes(calls));
  app.route('/api', runRoutes(models));
  app.get('/:file?', (context) => studioFile(context.req.param('file') ?? 'index.html'));
  const server = createServer(getRequestListener(app.fetch));
  await bind(server, { host: '127.0.0.1', port });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/#token=${sessions.token}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([calls.close(), models.close()]);
    },
  };
}
