/** Versions to which a registered model's name resolves. */
import { createHash } from 'node:crypto';

export interface Route {
  /** Version in use, by its own name: `tickets@3`. */
  live: string;
  /** Candidate version, which serves a fixed share of the clients. */
  tried?: { id: string; share: number; rollout: number };
}

/** Identifies a client, so that a user gets the same version throughout a rollout. */
export interface Asker {
  /** User named by the request, or name of its key. */
  name?: string;
  /** Version that the client requests with `x-attune-route`, because it answered before. */
  wanted?: string;
}

/** The version that answers a client. */
export function chooseVersion({ live, tried }: Route, { name, wanted }: Asker): string {
  if (tried === undefined || wanted === live) return live;
  if (wanted === tried.id) return tried.id;
  return placeOf(name, tried.rollout) < tried.share ? tried.id : live;
}

/**
 * Position of a user in a rollout, in [0, 1). It depends on the rollout, so that the first users differ between
 * rollouts.
 */
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
