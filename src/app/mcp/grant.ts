import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { DURATION, millisecondsOf } from '../../base/duration.ts';
import { formatDuration } from '../../base/format.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { readFailure } from '../../files/bytes.ts';
import { ownFolders } from '../access/confine.ts';
import { agentScopes, type AgentScope, type Scope } from '../../serving/access/roles.ts';

/** Rights of an agent, their end, and the folders that they cover. */
export interface Grant {
  scopes: readonly AgentScope[];
  /** Milliseconds since the epoch. */
  until?: number;
  /** Absolute, without symbolic links. */
  folders: readonly string[];
}

export interface GrantOptions {
  allow?: readonly AgentScope[];
  /** Milliseconds. */
  for?: number;
  folder?: readonly string[];
  /** A file in place of the others. */
  grant?: string;
}

const fileSchema = z.strictObject({
  allow: z.array(z.enum(agentScopes)),
  for: z.string().regex(DURATION, 'must be such as 30m, 2h or 7d').optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  folders: z.array(z.string()).optional(),
});

/** @throws AttuneError E_USAGE, E_GRANT, E_FILE_MISSING */
export function readGrant({ allow, for: time, folder, grant: file }: GrantOptions): Grant {
  if (file !== undefined && (allow !== undefined || time !== undefined || folder !== undefined))
    throw new AttuneError('E_USAGE', { what: '--grant replaces --allow, --for and --folder', fix: 'use one' });
  if (file !== undefined) return grantOfFile(file);
  return grantOf({ allow: allow ?? ['read'], until: time && Date.now() + time, folders: folder ?? [] });
}

function grantOfFile(file: string): Grant {
  const value = readYaml(file);
  const { success, data, error } = fileSchema.safeParse(value);
  if (!success)
    throw new AttuneError('E_GRANT', {
      what: `The grant in ${file} cannot be used`,
      expected: 'allow: [read, compute], and until or for, and folders',
      problems: problemsOf(error.issues, { root: value, schema: fileSchema }),
    });
  const ends = [
    ...(data.for === undefined ? [] : [Date.now() + millisecondsOf(data.for)]),
    ...(data.until === undefined ? [] : [Date.parse(data.until)]),
  ];
  return grantOf({
    allow: data.allow,
    until: ends.toSorted((a, b) => a - b).at(0),
    folders: data.folders ?? [],
  });
}

/** @throws AttuneError E_FILE_MISSING, E_GRANT */
function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw readFailure(file, error);
    const [got] = error.message.split('\n');
    throw new AttuneError('E_GRANT', { what: `The grant in ${file} is not YAML`, got, cause: error });
  }
}

/** With the right to read, without which there is no tool. */
function grantOf(given: { allow: readonly AgentScope[]; until?: number; folders: readonly string[] }): Grant {
  return {
    scopes: [...new Set<AgentScope>(['read', ...given.allow])],
    until: given.until,
    folders: ownFolders(given.folders),
  };
}

/** @throws AttuneError E_GRANT_EXPIRED, E_SCOPE */
export function requireGranted(
  what: string,
  needed: readonly Scope[],
  { scopes, until }: { scopes: readonly Scope[]; until?: number },
): void {
  if (until !== undefined && Date.now() >= until)
    throw new AttuneError('E_GRANT_EXPIRED', {
      what: `This agent's rights ended ${formatDuration((Date.now() - until) / 1000)} ago`,
      fix: 'ask a person to restart `attune mcp`',
    });
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return;
  const allow = agentScopes.filter((scope) => [...scopes, ...missing].includes(scope));
  throw new AttuneError('E_SCOPE', {
    what: `${what} needs the right to ${missing.join(' and to ')}`,
    got: `this agent may ${scopes.join(', ')}`,
    fix: `ask a person to start \`attune mcp --allow ${allow.join(',')}\``,
  });
}
