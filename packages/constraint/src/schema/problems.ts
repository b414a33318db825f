/** Collects all unsupported parts of a schema, so that they are reported at once. */
import { AttuneError } from '@attune/base/errors';

interface Found {
  pointer: string;
  message: string;
}

export class SchemaProblems {
  readonly #unsupported: Found[] = [];
  readonly #invalid: Found[] = [];

  /** Reports a feature of JSON Schema that is not supported. */
  refuse(pointer: string, message: string): void {
    add(this.#unsupported, { pointer, message });
  }

  /** Reports invalid JSON Schema. */
  reject(pointer: string, message: string): void {
    add(this.#invalid, { pointer, message });
  }

  /** @throws E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED */
  check(): void {
    if (this.#invalid.length > 0) {
      throw new AttuneError('E_SCHEMA_INVALID', {
        what: 'This is not a valid JSON schema',
        expected: 'keywords with values as defined by JSON Schema (draft 2020-12)',
        fix: 'correct the listed parts',
        problems: [...this.#invalid, ...this.#unsupported].map(asProblem),
      });
    }
    if (this.#unsupported.length === 0) return;
    throw new AttuneError('E_SCHEMA_UNSUPPORTED', {
      what: 'The schema uses features that cannot be enforced',
      expected: 'the features listed in docs/constraints.md',
      fix: 'remove the listed parts, and check them after generation',
      problems: this.#unsupported.map(asProblem),
    });
  }
}

function add(list: Found[], found: Found): void {
  if (!list.some(({ pointer, message }) => pointer === found.pointer && message === found.message)) list.push(found);
}

function asProblem({ pointer, message }: Found) {
  return { field: pointer === '' ? '#' : `#${pointer}`, message };
}
