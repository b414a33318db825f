/** Rejects or drops unknown fields of objects inside a body, as for fields of the body itself. */
import { z } from '@hono/zod-openapi';

/** An unknown field of an object inside a body. */
export interface NestedField {
  /** The object that contains it. */
  holder: Record<string, unknown>;
  name: string;
  /** `messages[0].foo` */
  path: string;
  /** Fields that the object may have. */
  known: readonly string[];
}

/**
 * An object that accepts arbitrary further fields. Objects of `z.looseObject` instead have unknown fields rejected by
 * name, unless they are null.
 */
export function openObject<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).catchall(z.any());
}

/** Parts of a zod schema that may contain fields. */
interface Made {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  catchall?: z.ZodType;
  element?: z.ZodType;
  options?: readonly z.ZodType[];
  values?: readonly unknown[];
  entries?: Record<string, unknown>;
}

function madeOf(schema: z.ZodType): Made {
  const made = schema.def as unknown as Made;
  const inner = made.innerType ?? made.in;
  return inner === undefined ? made : madeOf(inner);
}

/** The fields of an object's schema. */
export function fieldNames(schema: z.ZodType): string[] {
  return Object.keys(madeOf(schema).shape ?? {});
}

/** Whether null means more for a field than leaving it out. */
export function mayBeNull(schema: z.ZodType, name: string): boolean {
  const { shape } = madeOf(schema);
  return shape !== undefined && Object.hasOwn(shape, name) && shape[name].def.type === 'nullable';
}

/** Limit on reported fields, since each is compared with all known names. */
const MOST_FOUND = 100;

/** Unknown fields inside the values of a body's fields. */
export function nestedFields(schema: z.ZodType, body: Readonly<Record<string, unknown>>): NestedField[] {
  const found: NestedField[] = [];
  const { shape = {} } = madeOf(schema);
  for (const [name, value] of Object.entries(body))
    if (Object.hasOwn(shape, name)) search(shape[name], value, { path: name, found });
  return found;
}

interface Search {
  path: string;
  found: NestedField[];
}

function search(schema: z.ZodType, value: unknown, { path, found }: Search): void {
  if (typeof value !== 'object' || value === null || found.length >= MOST_FOUND) return;
  const made = madeOf(schema);
  if (made.options !== undefined) {
    const meant = made.options.find((option) => matches(option, value));
    if (meant !== undefined) search(meant, value, { path, found });
  } else if (made.element !== undefined && Array.isArray(value)) {
    for (const [i, item] of value.entries()) search(made.element, item, { path: `${path}[${i}]`, found });
  } else if (made.shape !== undefined && !Array.isArray(value))
    searchObject(made, value as Record<string, unknown>, { path, found });
}

function searchObject({ shape = {}, catchall }: Made, holder: Record<string, unknown>, { path, found }: Search): void {
  // Strict schemas refuse unknown fields themselves.
  const isAsked = catchall !== undefined && madeOf(catchall).type === 'unknown';
  for (const [name, value] of Object.entries(holder)) {
    const own = `${path}.${name}`;
    if (Object.hasOwn(shape, name)) search(shape[name], value, { path: own, found });
    else if (isAsked && value !== null && found.length < MOST_FOUND)
      found.push({ holder, name, path: own, known: Object.keys(shape) });
  }
}

/** Whether a value is meant for this alternative, judged by its kind (list or object) and its constant fields. */
function matches(schema: z.ZodType, value: object): boolean {
  const made = madeOf(schema);
  if (made.options !== undefined) return made.options.some((option) => matches(option, value));
  if (Array.isArray(value)) return made.type === 'array';
  if (made.shape === undefined) return made.type === 'record';
  return Object.entries(made.shape).every(([name, field]) => {
    const { type, values, entries } = madeOf(field);
    const allowed = values ?? (entries && Object.values(entries));
    if (allowed === undefined || (type !== 'literal' && type !== 'enum')) return true;
    const given = (value as Record<string, unknown>)[name];
    return given === undefined ? field.safeParse(undefined).success : allowed.includes(given);
  });
}
