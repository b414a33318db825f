/** What a table of announcing words holds. */
import type { Kind } from '../kinds.ts';

export interface Announcing {
  kind: Kind;
  /** An identifier follows wherever these stand: "mrn", "kontonummer". `~` at a word's end: more letters may follow. */
  own: string;
  /** Whom or what it may belong to: a word for "number", or nothing at all, must stand between: "customer no. 12". */
  about: string;
}
