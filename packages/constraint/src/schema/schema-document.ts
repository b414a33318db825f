/** A whole schema, checked everywhere, with its references resolved. */
import { nearest } from '@attune/base/nearest';
import { isList, isObject, keywords, type SchemaObject } from './keywords.ts';
import type { Json, JsonSchema } from './json-schema.ts';
import { SchemaProblems } from './problems.ts';

/** A schema within the document. The same location is the same object. */
export interface SchemaPlace {
  /** RFC 6901: `/properties/name`. */
  readonly pointer: string;
  readonly schema: JsonSchema;
}

export class SchemaDocument {
  readonly problems = new SchemaProblems();
  readonly root: SchemaPlace;
  readonly #places = new Map<string, SchemaPlace>();
  readonly #anchors = new Map<string, string>();

  /** @throws E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED with every problem of the document's keywords */
  constructor(schema: Json) {
    if (isObject(schema) || typeof schema === 'boolean') this.#read(schema, '');
    else this.problems.reject('', 'an object, or true or false, is expected');
    for (const place of this.#places.values()) this.#checkReference(place);
    this.problems.check();
    this.root = this.#places.get('')!;
  }

  /** The schema within a keyword's value: `below(place, 'properties', 'name')`. */
  below({ pointer }: SchemaPlace, ...steps: readonly (string | number)[]): SchemaPlace {
    return this.#places.get(steps.reduce<string>((path, step) => `${path}/${escape(String(step))}`, pointer))!;
  }

  /** Target of the place's `$ref`. */
  referenced({ schema }: SchemaPlace): SchemaPlace {
    return this.#places.get(this.#target((schema as { $ref: string }).$ref)!)!;
  }

  #read(schema: JsonSchema, pointer: string): void {
    this.#places.set(pointer, { pointer, schema });
    if (typeof schema === 'boolean') return;
    if (typeof schema.$anchor === 'string') this.#anchors.set(schema.$anchor, pointer);
    for (const [name, value] of Object.entries(schema)) this.#readKeyword(`${pointer}/${escape(name)}`, name, value);
  }

  #readKeyword(pointer: string, name: string, value: Json): void {
    if (name.startsWith('x-')) return;
    if ((name === '$id' || name === 'id') && pointer !== `/${name}`) {
      this.problems.refuse(pointer, 'a nested document with references of its own is not supported');
    }
    if (!Object.hasOwn(keywords, name)) {
      const close = nearest(name, Object.keys(keywords));
      this.problems.refuse(
        pointer,
        `the keyword ${name} is not supported${close === undefined ? '' : `; did you mean ${close}?`}`,
      );
      return;
    }
    const { check, limit, holds } = keywords[name];
    const fault = check(value);
    if (fault !== undefined) {
      this.problems.reject(pointer, fault);
      return;
    }
    const limited = limit?.(value);
    if (limited !== undefined) this.problems.refuse(pointer, limited);
    if (holds === undefined) return;
    if (holds === 'map')
      for (const [key, each] of Object.entries(value as SchemaObject))
        this.#read(each as JsonSchema, `${pointer}/${escape(key)}`);
    else if (isList(value))
      for (const [index, each] of value.entries()) this.#read(each as JsonSchema, `${pointer}/${index}`);
    else this.#read(value as JsonSchema, pointer);
  }

  #checkReference({ pointer, schema }: SchemaPlace): void {
    if (typeof schema === 'boolean' || typeof schema.$ref !== 'string') return;
    const target = this.#target(schema.$ref);
    if (target === undefined) this.problems.refuse(`${pointer}/$ref`, `${schema.$ref} is not in this document`);
    else if (!this.#places.has(target))
      this.problems.reject(`${pointer}/$ref`, `${schema.$ref} does not refer to a schema`);
  }

  #target(reference: string): string | undefined {
    if (!reference.startsWith('#')) return undefined;
    const fragment = decode(reference.slice(1));
    return fragment === '' || fragment.startsWith('/') ? fragment : this.#anchors.get(fragment);
  }
}

function escape(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
