/**
 * Regular languages of characters as terms, with intersection, complement and derivatives: what may follow a character
 * (Brzozowski, "Derivatives of Regular Expressions", 1964). Equal terms are the same object, so that a language has few
 * derivatives and ids identify them.
 */
import { tooLarge } from '../too-large.ts';
import { anyCodePoint, includes, unite, type CodePoints } from './code-points.ts';

export type Term = { readonly id: number; /** Whether it holds the empty text. */ readonly isNullable: boolean } & (
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'empty' | 'none' }
  | { readonly kind: 'sequence'; readonly first: Term; readonly rest: Term }
  | { readonly kind: 'either' | 'both'; readonly parts: readonly Term[] }
  | { readonly kind: 'not'; readonly body: Term }
  | { readonly kind: 'repeat'; readonly body: Term; readonly least: number; readonly most: number }
);

export type SetTerm = Extract<Term, { kind: 'set' }>;

type Shape = Term extends infer Each ? (Each extends Term ? Omit<Each, 'id' | 'isNullable'> : never) : never;

/** Maximum parts of terms that may be visited per constraint: one or two seconds. */
const MOST_PARTS = 5_000_000;

export class Terms {
  #parts = 0;
  readonly #known = new Map<string, Term>();
  readonly #derivatives = new Map<number, Map<number, Term>>();
  /** The empty language. */
  readonly none = this.#intern('none', { kind: 'none' }, false);
  /** The empty text. */
  readonly empty = this.#intern('empty', { kind: 'empty' }, true);
  readonly any = this.set(anyCodePoint);
  /** All texts. */
  readonly anything = this.repeat(this.any, 0, Infinity);

  set(set: CodePoints): Term {
    return set.length === 0 ? this.none : this.#intern(`set ${set.join()}`, { kind: 'set', set }, false);
  }

  literal(text: string): Term {
    return this.sequence(
      Array.from(text, (character) => {
        const point = character.codePointAt(0)!;
        return this.set([point, point]);
      }),
    );
  }

  sequence(parts: readonly Term[]): Term {
    return parts.reduceRight((rest, first) => this.#pair(first, rest), this.empty);
  }

  #pair(first: Term, rest: Term): Term {
    if (first.kind === 'none' || rest.kind === 'none') return this.none;
    if (first.kind === 'empty') return rest;
    if (rest.kind === 'empty') return first;
    if (first.kind === 'sequence') return this.#pair(first.first, this.#pair(first.rest, rest));
    const isNullable = first.isNullable && rest.isNullable;
    return this.#intern(`sequence ${first.id} ${rest.id}`, { kind: 'sequence', first, rest }, isNullable);
  }

  either(terms: readonly Term[]): Term {
    const parts = new Map<number, Term>();
    let set: CodePoints = [];
    for (const part of terms.flatMap((term) => (term.kind === 'either' ? term.parts : [term]))) {
      if (part === this.anything) return part;
      if (part.kind === 'set') set = unite(set, part.set);
      else if (part.kind !== 'none') parts.set(part.id, part);
    }
    if (set.length > 0) parts.set(this.set(set).id, this.set(set));
    return this.#several('either', parts) ?? this.none;
  }

  both(terms: readonly Term[]): Term {
    const parts = new Map<number, Term>();
    for (const part of terms.flatMap((term) => (term.kind === 'both' ? term.parts : [term]))) {
      if (part.kind === 'none') return part;
      if (part !== this.anything) parts.set(part.id, part);
    }
    return this.#several('both', parts) ?? this.anything;
  }

  not(body: Term): Term {
    if (body.kind === 'not') return body.body;
    if (body.kind === 'none') return this.anything;
    if (body === this.anything) return this.none;
    return this.#intern(`not ${body.id}`, { kind: 'not', body }, !body.isNullable);
  }

  repeat(body: Term, least: number, most: number): Term {
    if (most === 0 || body.kind === 'empty') return this.empty;
    if (body.kind === 'none') return least === 0 ? this.empty : body;
    if (least === 1 && most === 1) return body;
    // A body that may be empty satisfies any minimum count.
    const fewest = body.isNullable ? 0 : least;
    const key = `repeat ${body.id} ${fewest} ${most}`;
    return this.#intern(key, { kind: 'repeat', body, least: fewest, most }, fewest === 0);
  }

  /** Derivative of the term by a character: the remainders of its texts that begin with it. */
  derive(term: Term, point: number): Term {
    let known = this.#derivatives.get(term.id);
    if (known === undefined) this.#derivatives.set(term.id, (known = new Map<number, Term>()));
    let result = known.get(point);
    if (result === undefined) known.set(point, (result = this.#derive(term, point)));
    return result;
  }

  /** Counts the work on a term's parts. @throws E_CONSTRAINT_TOO_LARGE */
  #count(parts: number): void {
    this.#parts += parts;
    if (this.#parts > MOST_PARTS) throw tooLarge('The constraint', 'nested repetitions and alternatives');
  }

  #derive(term: Term, point: number): Term {
    this.#count(1);
    switch (term.kind) {
      case 'none':
      case 'empty':
        return this.none;
      case 'set':
        return includes(term.set, point) ? this.empty : this.none;
      case 'sequence': {
        const after = this.#pair(this.derive(term.first, point), term.rest);
        return term.first.isNullable ? this.either([after, this.derive(term.rest, point)]) : after;
      }
      case 'either':
        return this.either(term.parts.map((part) => this.derive(part, point)));
      case 'both':
        return this.both(term.parts.map((part) => this.derive(part, point)));
      case 'not':
        return this.not(this.derive(term.body, point));
      case 'repeat': {
        const rest = this.repeat(term.body, Math.max(term.least - 1, 0), term.most - 1);
        return this.#pair(this.derive(term.body, point), rest);
      }
    }
  }

  #several(kind: 'either' | 'both', parts: ReadonlyMap<number, Term>): Term | undefined {
    this.#count(parts.size);
    if (parts.size < 2) return parts.values().next().value;
    const sorted = [...parts.values()].toSorted((a, b) => a.id - b.id);
    const isNullable =
      kind === 'either' ? sorted.some((part) => part.isNullable) : sorted.every((part) => part.isNullable);
    return this.#intern(`${kind} ${sorted.map(({ id }) => id).join()}`, { kind, parts: sorted }, isNullable);
  }

  #intern(key: string, shape: Shape, isNullable: boolean): Term {
    let term = this.#known.get(key);
    if (term === undefined) this.#known.set(key, (term = { ...shape, id: this.#known.size, isNullable } as Term));
    return term;
  }
}

/** The sets that determine the first characters of the term's texts. */
export function firstSets(term: Term, found: Set<SetTerm> = new Set()): Set<SetTerm> {
  if (term.kind === 'set') found.add(term);
  else if (term.kind === 'either' || term.kind === 'both') for (const part of term.parts) firstSets(part, found);
  else if (term.kind === 'not' || term.kind === 'repeat') firstSets(term.body, found);
  else if (term.kind === 'sequence') {
    firstSets(term.first, found);
    if (term.first.isNullable) firstSets(term.rest, found);
  }
  return found;
}
