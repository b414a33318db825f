import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createMcpHandler, type AuthInfo } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { localActor } from '../../base/local-actor.ts';
import { parseJson } from '../../files/json.ts';
import { ApiKeys } from '../../serving/access/api-keys.ts';
import { checkOrigin } from '../../serving/access/origins.ts';
import { roles, type Scope } from '../../serving/access/roles.ts';
import { ApiError } from '../../serving/api-error.ts';
import { keyActor } from '../../store/registry/index.ts';
import { isLocal, listenProtected, type Protection } from '../access/protection.ts';
import type { Caller } from '../access/scopes.ts';
import { Calls } from '../calls/calls.ts';
import { isEqual } from '../page/page-server.ts';
import { agentServer, type AgentSession } from './agent-server.ts';
import { readGrant, type Grant, type GrantOptions } from './grant.ts';

export interface McpOptions extends GrantOptions, Protection {
  /** Port for HTTP; without it, the server uses standard input and output. */
  port?: number;
}

export interface OpenMcp {
  /** URL of the server, over HTTP. */
  url?: string;
  /** Token for HTTP without keys: `Authorization: Bearer TOKEN`. */
  token?: string;
  /** Resolves at the end of standard input; never over HTTP. */
  untilEnded(): Promise<void>;
  /** Ends all calls except trainings, which continue. */
  close(): Promise<void>;
}

/** Offers the use cases as MCP tools. @throws AttuneError E_USAGE, E_GRANT, E_API_KEYS, E_PORT_IN_USE, E_LISTEN, E_TLS */
export async function openMcp({ port, ...options }: McpOptions): Promise<OpenMcp> {
  const grant = readGrant(options);
  return port === undefined ? overStdio(grant) : overHttp(grant, { ...options, port });
}

function overStdio(grant: Grant): OpenMcp {
  const calls = new Calls();
  let isLeaving = false;
  const leave = once(process.stdin, 'end').then(() => {
    isLeaving = true;
  });
  const caller = callerWith(localActor(), grant, grant.scopes);
  const parts = partsOf(grant, calls);
  const handle = serveStdio(() => agentServer({ ...parts, caller, isLeaving: () => isLeaving }));
  return {
    untilEnded: () => leave,
    async close() {
      isLeaving = true;
      await calls.close();
      await handle.close();
    },
  };
}

async function overHttp(grant: Grant, options: Protection & { port: number }): Promise<OpenMcp> {
  const { host = '127.0.0.1', apiKeys } = options;
  const calls = new Calls();
  const keys = apiKeys === undefined ? undefined : new ApiKeys(apiKeys);
  const token = keys === undefined ? randomBytes(24).toString('base64url') : undefined;
  const parts = partsOf(grant, calls);
  const handler = createMcpHandler(({ authInfo }) =>
    agentServer({
      ...parts,
      caller: callerWith(authInfo!.clientId, grant, authInfo!.scopes as Scope[]),
      isLeaving: () => false,
    }),
  );
  const origins = { host: isLocal(options) ? host : '0.0.0.0', cors: [], allowed_hosts: [] };
  const { origin, close } = await listenProtected(async (request) => {
    try {
      checkOrigin(request, origins);
      if (new URL(request.url).pathname !== '/mcp')
        throw new ApiError(404, { message: 'Tools are at /mcp.', code: 'not_found' });
      return await handler.fetch(request, { authInfo: senderOf(request, { keys, token }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return Response.json(error.body, { status: error.status, headers: error.headers });
    }
  }, options);
  return {
    url: `${origin}/mcp`,
    token,
    // Listens until it is closed.
    untilEnded: () => new Promise(() => undefined),
    async close() {
      close();
      await Promise.all([calls.close(), handler.close()]);
    },
  };
}

function partsOf(grant: Grant, calls: Calls): Pick<AgentSession, 'grant' | 'calls' | 'version'> {
  const { version } = parseJson(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { grant, calls, version };
}

/** A caller with the rights that are in both the grant and the key's role. */
function callerWith(by: string, grant: Grant, scopes: readonly Scope[]): Caller {
  const both = grant.scopes.filter((scope) => scopes.includes(scope));
  return { by, scopes: both, isAudited: true };
}

/** Authenticates the sender of a request. @throws ApiError 401, 403 */
function senderOf(request: Request, { keys, token }: { keys?: ApiKeys; token?: string }): AuthInfo {
  if (keys === undefined) {
    const sent = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    if (!isEqual(sent, token!))
      throw new ApiError(401, {
        message: "Send the token that `attune mcp` printed as 'Authorization: Bearer TOKEN'.",
        code: 'invalid_token',
        headers: { 'www-authenticate': 'Bearer' },
      });
    return { token: '', clientId: localActor(), scopes: [...roles.owner] };
  }
  const { name, role } = keys.of(request);
  if (role !== undefined) return { token: '', clientId: keyActor(name), scopes: [...roles[role]] };
  throw new ApiError(403, {
    message: 'This key has no role, so it may not use tools.',
    code: 'insufficient_permissions',
  });
}
