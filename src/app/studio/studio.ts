import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { errorDocument } from '../../base/errors.ts';
import { ApiKeys } from '../../serving/access/api-keys.ts';
import { pageAsset, pageFile, pageReply } from '../../serving/page/page-file.ts';
import { ownFolders } from '../access/confine.ts';
import { isLocal, listenProtected, type Protection } from '../access/protection.ts';
import { Calls } from '../calls/calls.ts';
import { guard, signIn } from './guard.ts';
import { callRoutes } from './routes/call-routes.ts';
import { runRoutes, RunModels } from './routes/run-routes.ts';
import { RowPages } from './row-pages.ts';
import { rowRoutes } from './routes/row-routes.ts';
import { Sessions } from './sessions.ts';

export interface OpenStudio {
  /** URL of the page, with a single-use token. */
  url: string;
  close(): Promise<void>;
}

export interface StudioOptions extends Protection {
  port: number;
  /** Further folders that callers with keys may use. */
  folder?: readonly string[];
  /** First screen, as parts of its address. */
  at?: readonly string[];
}

/**
 * Serves the studio on this machine, or to users with keys. Uploads go to `data/` in the working folder, runs to `runs/`.
 * @throws AttuneError E_PORT_IN_USE, E_LISTEN, E_API_KEYS, E_TLS, E_USAGE
 */
export async function openStudio({ at = [], ...options }: StudioOptions): Promise<OpenStudio> {
  const keys = options.apiKeys === undefined ? undefined : new ApiKeys(options.apiKeys);
  const [sessions, calls, models, rows] = [
    new Sessions(keys, ownFolders(options.folder)),
    new Calls(),
    new RunModels(),
    new RowPages(),
  ];
  const app = new Hono();
  // Registered first, so that it also handles errors of the guard.
  app.onError((error, context) => {
    const document = errorDocument(error);
    const status = document.code === 'E_BUG' ? 500 : document.code === 'E_SCOPE' ? 403 : 400;
    return context.json({ error: document }, status);
  });
  app.use(guard({ sessions, isLocal: isLocal(options) }));
  app.post('/api/session', bodyLimit({ maxSize: 1024 }), (context) => signIn(context, sessions));
  app.route('/api', callRoutes(calls));
  app.route('/api', runRoutes(models)).route('/api', rowRoutes(rows));
  app.get('/', () => pageReply(pageFile('studio')));
  app.get('/:file', (context) => pageReply(pageAsset(context.req.param('file'))));
  const { origin, close } = await listenProtected(app.fetch, options);
  const screen = at.map((part) => `/${encodeURIComponent(part)}`).join('');
  return {
    url: sessions.token === undefined ? `${origin}/` : `${origin}/#token=${sessions.token}${screen}`,
    async close() {
      close();
      rows.close();
      await Promise.all([calls.close(), models.close()]);
    },
  };
}
