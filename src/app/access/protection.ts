import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { AttuneError } from '../../base/errors.ts';
import { isLoopback } from '../../serving/access/origins.ts';
import { bind, hostOf, tlsServer } from '../../serving/listen.ts';
import { tlsOf } from '../serve/serve-options.ts';

/** How a server for people or agents is reached and protected. */
export interface Protection {
  /** Address to listen on; any other than 127.0.0.1 requires keys. */
  host?: string;
  /** File of keys, each with a role. */
  apiKeys?: string;
  tlsCert?: string;
  tlsKey?: string;
  /** Whether a proxy in front of it terminates TLS and forwards the Host header. */
  behindProxy?: boolean;
}

/** Whether only this machine can reach the server, under its own names. */
export function isLocal({ host = '127.0.0.1', behindProxy }: Protection): boolean {
  return isLoopback(host) && behindProxy !== true;
}

export interface Listening {
  /** Origin of the URL, without a trailing slash. */
  origin: string;
  /** Closes the server and its connections immediately. */
  close(): void;
}

/** Listens for HTTP, or HTTPS with a certificate. @throws AttuneError E_USAGE, E_PORT_IN_USE, E_LISTEN, E_TLS */
export async function listenProtected(
  answer: (request: Request, env: object) => Response | Promise<Response>,
  { port, ...protection }: Protection & { port: number },
): Promise<Listening> {
  requireProtection(protection);
  const { host = '127.0.0.1', tlsCert, tlsKey } = protection;
  const tls = tlsOf(tlsCert, tlsKey);
  const listener = getRequestListener(answer as Parameters<typeof getRequestListener>[0]);
  const server = tls === undefined ? createServer(listener) : tlsServer(tls, {}, listener);
  await bind(server, { host, port });
  const { port: bound } = server.address() as AddressInfo;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://${hostOf(host)}:${bound}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @throws AttuneError E_USAGE if others can reach the server without keys, or without encryption */
function requireProtection(protection: Protection): void {
  const { host = '127.0.0.1', apiKeys, tlsCert, behindProxy } = protection;
  const problems = [
    ...(apiKeys === undefined ? [{ field: '--api-keys', message: 'is needed: a file from `attune keys create`' }] : []),
    ...(tlsCert === undefined && behindProxy !== true
      ? [{ field: '--tls-cert', message: 'is needed with --tls-key, or --behind-proxy if a proxy terminates TLS' }]
      : []),
  ];
  if (isLocal(protection) || problems.length === 0) return;
  throw new AttuneError('E_USAGE', {
    what: behindProxy === true ? 'Others can reach this through the proxy' : `Others can reach this on ${host}`,
    problems,
    fix: 'attune keys create NAME --file keys.yaml --role owner, then --api-keys keys.yaml',
  });
}
