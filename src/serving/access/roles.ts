/** Rights of people and agents other than querying models: one table for keys, the studio and tools. */

/** Rights that an agent can be granted. Granting rights is never one of them. */
export const agentScopes = ['read', 'compute', 'write', 'judge', 'deploy', 'delete'] as const;

export type AgentScope = (typeof agentScopes)[number];

export const scopes = [...agentScopes, 'grant'] as const;

export type Scope = (typeof scopes)[number];

export const roles = {
  viewer: ['read'],
  reviewer: ['read', 'judge'],
  trainer: ['read', 'compute', 'write', 'judge'],
  owner: scopes,
} as const satisfies Record<string, readonly Scope[]>;

export type Role = keyof typeof roles;

export const roleNames = Object.keys(roles) as [Role, ...Role[]];
