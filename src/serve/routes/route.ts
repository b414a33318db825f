/** What a registered model's name answers with. */
import { createHash } from 'node:crypto';

export interface Route {
  /** The served version that is in use, by its own name: `tickets@3`. */
  live: string;
  /** A version that is tried: it answers a share of those who ask, always the same. */
  tried?: { id: string; share: number; rollout: number };
}

/** Who asks: the same person gets the same version as long as a trial goes on. */
export interface Asker {
  /** Of the request or its key; undefined where nobody is named. */
  name?: string;
  /** A version that the client was answered by and goes on with (`x-attune-route`). */
  wanted?: string;
}

/** The version that answers somebody. */
export function chooseVersion({ live, tried }: Route, { name, wanted }: Asker): string {
  if (tried === undefined || wanted === live) return live;
  if (wanted === tried.id) return tried.id;
  return placeOf(name, tried.rollout) < tried.share ? tried.id : live;
}

/** A number from 0 to below 1, of somebody in a trial; other trials have others, so that nobody is always the first. */
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
