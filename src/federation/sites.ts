/** How a coordinator reaches sites: over HTTP, or in the same process in a simulation. */
import type { AttuneError } from '../base/errors.ts';
import type { Content } from './flower/objects.ts';

export interface Asked {
  /** `ROUND-ATTEMPT-STAGE`; answers are kept under it, so that a restarted coordinator does not ask again. */
  key: string;
  round: number;
  type: 'train' | 'evaluate';
  seconds: number;
  signal: AbortSignal;
}

export interface Sites {
  /** Sites that are present, in the order of their ids. */
  present(): readonly string[];
  /** PEM of a site's key. */
  publicKey(site: string): string;
  /** Name that the site gave itself, for people. */
  title(site: string): string;
  /** Asks every site at once; sites that do not answer in time, or cannot, have an error. */
  ask(requests: ReadonlyMap<string, Content>, asked: Asked): Promise<Map<string, Content | AttuneError>>;
}
