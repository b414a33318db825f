/** Interface between a coordinator and its sites: over HTTP, or in the same process for a simulation. */
import type { AttuneError } from '../base/errors.ts';
import type { Content } from './flower/objects.ts';

export interface Asked {
  /** `ROUND-ATTEMPT-STAGE`. Answers are stored under this key, so that a restarted coordinator does not ask again. */
  key: string;
  round: number;
  type: 'train' | 'evaluate';
  seconds: number;
  signal: AbortSignal;
}

export interface Sites {
  /** Connected sites, in the order of their ids. */
  present(): readonly string[];
  /** PEM of a site's key. */
  publicKey(site: string): string;
  /** Display name that the site chose. */
  title(site: string): string;
  /** Asks all sites concurrently; sites that fail or time out map to an error. */
  ask(requests: ReadonlyMap<string, Content>, asked: Asked): Promise<Map<string, Content | AttuneError>>;
}
