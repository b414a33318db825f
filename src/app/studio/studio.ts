import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AttuneError, errorDocument } from '../../base/errors.ts';
import { ApiKeys } from '../../serving/access/api-keys.ts';
import { isLoopback } from '../../serving/access/origins.ts';
import { bind, hostOf, tlsServer } from '../../serving/listen.ts';
import { pageAsset, pageFile, pageReply } from '../../serving/page/page-file.ts';
import { tlsOf } from '../serve/serve-options.ts';
import { Calls } from '../calls/calls.ts';
import { guard, signIn } from './guard.ts';
import { callRoutes } from './routes/call-routes.ts';
import { runRoutes, RunModels } from './routes/run-routes.ts';
import { Sessions } from './sessions.ts';

export interface OpenStudio {
  /** URL of the page, with a single-use token. */
  url: string;
  close(): Promise<void>;
}

export interface StudioOptions {
  port: number;
  /** Address to listen on; any other than 127.0.0.1 requires keys. */
  host?: string;
  /** File of keys, each with a role. */
  apiKeys?: string;
  tlsCert?: string;
  tlsKey?: string;
  /** Whether a proxy in front of it terminates TLS. */
  behindProxy?: boolean;
  /** First screen, as parts of its address. */
  at?: readonly string[];
}

/** Serves the studio on this machine, or to users with keys. Uploads go to `data/` in the working folder, runs to `runs/`. */
export async function openStudio({
  port,
  host = '127.0.0.1',
  at = [],
  ...options
}: StudioOptions): Promise<OpenStudio> {
  const isLocal = isLoopback(host);
  if (!isLocal) requireProtection(host, options);
  const keys = options.apiKeys === undefined ? undefined : new ApiKeys(options.apiKeys);
  const [sessions, calls, models] = [new Sessions(keys), new Calls(), new RunModels()];
  const app = new Hono();
  // Registered first, so that it also handles errors of the guard.
  app.onError((error, context) => {
    const document = errorDocument(error);
    const status = document.code === 'E_BUG' ? 500 : document.code === 'E_SCOPE' ? 403 : 400;
    return context.json({ error: document }, status);
  });
  app.use(guard({ sessions, isLocal }));
  app.post('/api/session', bodyLimit({ maxSize: 1024 }), (context) => signIn(context, sessions));
  app.route('/api', callRoutes(calls));
  app.route('/api', runRoutes(models));
  app.get('/', () => pageReply(pageFile('studio')));
  app.get('/:file', (context) => pageReply(pageAsset(context.req.param('file'))));
  const tls = tlsOf(options.tlsCert, options.tlsKey);
  const listener = getRequestListener(app.fetch);
  const server = tls === undefined ? createServer(listener) : tlsServer(tls, {}, listener);
  await bind(server, { host, port });
  const { port: bound } = server.address() as AddressInfo;
  const place = `${tls === undefined ? 'http' : 'https'}://${hostOf(host)}:${bound}/`;
  const screen = at.map((part) => `/${encodeURIComponent(part)}`).join('');
  return {
    url: sessions.token === undefined ? place : `${place}#token=${sessions.token}${screen}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([calls.close(), models.close()]);
    },
  };
}

/** @throws AttuneError E_USAGE without keys, or without encryption of the network traffic */
function requireProtection(host: string, { apiKeys, tlsCert, behindProxy }: Omit<StudioOptions, 'port'>): void {
  const problems = [
    ...(apiKeys === undefined ? [{ field: '--api-keys', message: 'is needed: a file from `attune keys create`' }] : []),
    ...(tlsCert === undefined && behindProxy !== true
      ? [{ field: '--tls-cert', message: 'is needed with --tls-key, or --behind-proxy if a proxy terminates TLS' }]
      : []),
  ];
  if (problems.length === 0) return;
  throw new AttuneError('E_USAGE', {
    what: `Others can reach the studio on ${host}`,
    problems,
    fix: 'attune keys create NAME --file keys.yaml --role owner, then --api-keys keys.yaml',
  });
}
