import { AttuneError } from '../../base/errors.ts';
import type { Scope } from '../../serving/access/roles.ts';
import type { Effect, UseCase } from '../use-cases/use-case.ts';

const SCOPE_OF: Readonly<Record<Effect, Scope>> = {
  computes: 'compute',
  fetches: 'compute',
  sends: 'compute',
  'writes-files': 'write',
  'writes-runs': 'write',
  'writes-registry': 'write',
  judges: 'judge',
  deploys: 'deploy',
  listens: 'deploy',
  deletes: 'delete',
  grants: 'grant',
};

/** Rights that a call of the use case needs; every call needs the right to read. */
export function scopesOf({ effects }: Pick<UseCase, 'effects'>): Scope[] {
  return [...new Set<Scope>(['read', ...effects.map((effect) => SCOPE_OF[effect])])];
}

/** A caller of use cases: a person with a session or a key, or an agent. */
export interface Caller {
  /** Name for the audit log: a user of this machine, or `key:NAME`. */
  by: string;
  scopes: readonly Scope[];
  /** Folders that calls must stay in; default: anywhere. */
  folders?: readonly string[];
  /** Whether each call gets an entry in the audit log. */
  isAudited: boolean;
}

/** @throws AttuneError E_SCOPE */
export function requireScopes(what: string, needed: readonly Scope[], { by, scopes }: Caller): void {
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return;
  throw new AttuneError('E_SCOPE', {
    what: `${what} needs the right to ${missing.join(' and to ')}`,
    got: `${by} may ${scopes.join(', ')}`,
    fix: 'use a key with another role, or have the owner do it',
  });
}
