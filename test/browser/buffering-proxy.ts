import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A proxy that passes a reply on only when it is complete, like nginx with `proxy_buffering`. */
export async function bufferingProxy(target: string): Promise<AsyncDisposable & { origin: string }> {
  const { hostname, host } = new URL(target);
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url } = request;
    const origin = request.headers.origin === undefined ? {} : { origin: target };
    const asked = ask(new URL(url!, target), { method, headers: { ...request.headers, ...origin, host } });
    asked.end(await buffer(request));
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    const whole = await buffer(reply);
    const { 'transfer-encoding': _, ...headers } = reply.headers;
    response.writeHead(reply.statusCode!, { ...headers, 'content-length': whole.length }).end(whole);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0);
  await once(server, 'listening');
  return {
    origin: `http://${hostname}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
