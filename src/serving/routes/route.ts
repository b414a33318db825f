/** Versions that a registered model's name resolves to. */
import { createHash } from 'node:crypto';

export interface Route {
  /** The served version in use, by its own name: `tickets@3`. */
  live: string;
  /** A candidate version, which answers a fixed share of the clients. */
  tried?: { id: string; share: number; rollout: number };
}

/** Identity of the client: the same user gets the same version throughout a rollout. */
export interface Asker {
  /** User of the request or name of its key, if any. */
  name?: string;
  /** Version that answered this client before and should continue (`x-attune-route`). */
  wanted?: string;
}

/** The version that answers a client. */
export function chooseVersion({ live, tried }: Route, { name, wanted }: Asker): string {
  if (tried === undefined || wanted === live) return live;
  if (wanted === tried.id) return tried.id;
  return placeOf(name, tried.rollout) < tried.share ? tried.id : live;
}

/** Position of a user in a rollout, in [0, 1); it differs between rollouts, so that no user is always among the first. */
function placeOf(name: string | undefined, rollout: number): number {
  if (name === undefined) return Math.random();
  return (
    createHash('sha256')
      .update(JSON.stringify([rollout, name]))
      .digest()
      .readUInt32BE() /
    2 ** 32
  );
}
