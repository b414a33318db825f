import { AttuneError } from '../../base/errors.ts';
import type { OpenMcp } from '../mcp/open-mcp.ts';
import { agentScopes, type AgentScope } from '../../serving/access/roles.ts';
import { parseDuration } from '../terminal/parse-duration.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'offer all commands as tools to an agent, over the Model Context Protocol',
  options: ({ z, text, texts, number, flag, parsed }) => ({
    allow: parsed(z.array(z.enum(agentScopes)), 'SCOPES', `rights of the agent: ${agentScopes.join(',')} (read)`, {
      read: (typed, name) => readScopes(String(typed), name),
    }),
    for: parsed(z.number().positive(), 'TIME', 'after this time every call is refused: 30m, 2h, 7d (no limit)', {
      read: (typed, name) => parseDuration(name, String(typed)),
    }),
    folder: texts('FOLDER', 'a further folder that calls may read and write (the current one); can be repeated'),
    grant: text('FILE', 'YAML with allow, until and folders, in place of the options'),
    port: number('PORT', 'listen on this port over HTTP, in place of standard input; 0 picks a free one', {
      least: 0,
      most: 65_535,
      isWhole: true,
    }),
    host: text('ADDRESS', 'with --port: address to listen on (127.0.0.1); another one needs keys and TLS'),
    apiKeys: text('FILE', 'with --port: file of keys with roles, in place of a token'),
    tlsCert: text('FILE', 'with --port: TLS certificate (PEM), for https'),
    tlsKey: text('FILE', 'its private key (PEM)'),
    behindProxy: flag('a proxy in front of the server terminates TLS'),
  }),
  effects: ['grants', 'listens'],
  examples: ['mcp --allow read,compute,write --for 2h', 'mcp --port 7374 --allow read'],
  streamsJson: true,
  async run(options): Promise<OpenMcp> {
    const { openMcp } = await import('../mcp/open-mcp.ts');
    return openMcp(options);
  },
  async inTerminal(options, { isJson, log, stopSignal }) {
    const { openMcp } = await import('../mcp/open-mcp.ts');
    const signal = stopSignal('closing; training continues');
    const { url, token, untilEnded, close } = await openMcp(options);
    try {
      if (url !== undefined && isJson) process.stdout.write(`${JSON.stringify({ url, token, pid: process.pid })}\n`);
      if (url !== undefined) log.line(`mcp      ${log.colours.cyan(url)}`);
      if (token !== undefined) log.line(`token    ${token}`);
      await Promise.race([untilEnded(), aborted(signal)]);
    } finally {
      await close();
    }
    return undefined;
  },
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** @throws AttuneError E_USAGE */
function readScopes(text: string, flag: string): AgentScope[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !isAgentScope(word));
  if (unknown.length === 0) return words as AgentScope[];
  throw new AttuneError('E_USAGE', {
    what: `${flag} cannot be "${unknown.join(', ')}"`,
    expected: `some of ${agentScopes.join(', ')}, with commas between them`,
  });
}

function isAgentScope(word: string): boolean {
  return (agentScopes as readonly string[]).includes(word);
}
