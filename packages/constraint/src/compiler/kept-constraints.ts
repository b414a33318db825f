/** Cache of compiled constraints by owner, so that timing reveals nothing about others' requests. */
import type { CompiledConstraint } from '../compiled-constraint.ts';

const MOST_OF_OWNER = 32;
const MOST_BYTES = 2 ** 28;
// A constraint that has grown beyond this is recompiled, so that memory of long-running processes stays bounded.
const MOST_STATES = 100_000;

export class KeptConstraints {
  /** Owners and their constraints, least recently used first. */
  readonly #owners = new Map<string, Map<string, CompiledConstraint>>();
  #bytes = 0;

  get(owner: string, key: string): CompiledConstraint | undefined {
    const own = this.#owners.get(owner);
    let constraint = own?.get(key);
    if (own === undefined || constraint === undefined) return undefined;
    if (constraint.stateCount > MOST_STATES) constraint = constraint.fresh();
    own.delete(key);
    own.set(key, constraint);
    this.#owners.delete(owner);
    this.#owners.set(owner, own);
    return constraint;
  }

  add(owner: string, key: string, constraint: CompiledConstraint): void {
    const own = this.#owners.get(owner) ?? new Map<string, CompiledConstraint>();
    this.#owners.delete(owner);
    this.#owners.set(owner, own.set(key, constraint));
    this.#bytes += constraint.bytes;
    if (own.size > MOST_OF_OWNER) this.#dropOldest(owner, own);
    while (this.#bytes > MOST_BYTES && (this.#owners.size > 1 || own.size > 1)) {
      const [[name, theirs]] = this.#owners;
      this.#dropOldest(name, theirs);
    }
  }

  #dropOldest(owner: string, own: Map<string, CompiledConstraint>): void {
    const [[key, constraint]] = own;
    own.delete(key);
    this.#bytes -= constraint.bytes;
    if (own.size === 0) this.#owners.delete(owner);
  }
}
