import { AttuneError, type Problem } from '../../base/errors.ts';
import { requireNode } from '../api/node-version.ts';
import { nearest } from '../../base/nearest.ts';
import type { Argument, Shape } from './fields.ts';
import { useCases, type UseCaseName, type UseCaseOf } from './index.ts';
import { onChosenDevice, type Call, type CallOptions, type UseCase } from './use-case.ts';
import type { z } from 'zod';

/** Positional arguments, of which optional ones may be omitted, before the options. */
type Given<Arguments extends readonly Argument[], Options> = Arguments extends readonly [
  infer First extends Argument,
  ...infer Rest extends readonly Argument[],
]
  ? | [value: z.input<First['schema']>, ...Given<Rest, Options>]
    | (undefined extends z.input<First['schema']> ? GivenOptions<Options> : never)
  : GivenOptions<Options>;

/** Options may be omitted if none is required. */
type GivenOptions<Options> = {} extends Options ? [options?: Options] : [options: Options];

/** Function of a use case: its positional arguments, then its options. */
export type FunctionOf<Definition> =
  Definition extends UseCase<
    infer Arguments extends readonly Argument[],
    infer _ extends Shape,
    infer Result,
    infer Others extends Record<string, unknown>,
    infer __
  >
    ? [keyof Others] extends [never]
      ? (...given: Given<Arguments, CallOptions<Definition>>) => Promise<Result>
      : Either<{ [Name in keyof Others]: With<Arguments, CallOptions<Definition>, Others, Name> }[keyof Others]> &
          Usual<Arguments, CallOptions<Definition>, Result, Others>
    : never;

/** The call without options that change the result's type. */
type Usual<Arguments extends readonly Argument[], Options, Result, Others> = (
  ...given: Given<Arguments, Omit<Options, keyof Others> & { [Name in keyof Others]?: undefined }>
) => Promise<Exclude<Result, Others[keyof Others]>>;

type With<Arguments extends readonly Argument[], Options, Others, Name extends keyof Others> = (
  ...given: Given<Arguments, Options & { [Given in Name]: {} }>
) => Promise<Others[Name]>;

/** Overloads for the members of a union. */
type Either<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

type First<Name extends string> = Name extends `${infer Group} ${string}` ? Group : Name;
type Camel<Verb extends string> = Verb extends `${infer Word}-${infer Rest}`
  ? `${Word}${Capitalize<Camel<Rest>>}`
  : Verb;

/** `groundedness` is a function, `data groups` is `data.groups`, and `review` is a function with others as properties. */
export type Library = {
  [Group in First<UseCaseName>]: (Group extends UseCaseName ? FunctionOf<UseCaseOf<Group>> : unknown) & {
    [Name in UseCaseName as Name extends `${Group} ${infer Verb}` ? Camel<Verb> : never]: FunctionOf<UseCaseOf<Name>>;
  };
};

/** All use cases, loaded. */
export function loadUseCases(): Promise<{ name: UseCaseName; useCase: UseCase }[]> {
  const names = Object.keys(useCases) as UseCaseName[];
  return Promise.all(names.map(async (name) => ({ name, useCase: (await useCases[name]()).useCase as UseCase })));
}

/** The whole library; each use case is loaded on its first call. */
export function libraryOf(): Library {
  const library = new Map<string, object>();
  for (const name of Object.keys(useCases) as UseCaseName[]) {
    const [group, verb] = name.split(' ');
    const called = (...given: unknown[]) => call(name, given);
    const known = library.get(group) ?? {};
    library.set(
      group,
      verb === undefined ? Object.assign(called, known) : Object.assign(known, { [camel(verb)]: called }),
    );
  }
  return Object.fromEntries(library) as Library;
}

/** Converts `data groups` to `data.groups`, and `models add-items` to `models.addItems`. */
export function libraryName(name: string): string {
  return name.split(' ').map(camel).join('.');
}

function camel(verb: string): string {
  return verb.replaceAll(/-(?<letter>[a-z])/g, (_, letter: string) => letter.toUpperCase());
}

async function call(name: UseCaseName, all: readonly unknown[]): Promise<unknown> {
  requireNode();
  const { fields } = await import('./fields.ts');
  const { useCase } = await useCases[name]();
  const places = (useCase as UseCase).arguments?.(fields) ?? [];
  const given = placed(places, all);
  const { onEvent, onNotice, signal, ...options } = (given[places.length] ?? {}) as Partial<Call>;
  const named = Object.fromEntries(places.map((place, at) => [place.name, given[at]]));
  return runUseCase(name, { ...named, ...options }, { onEvent, onNotice, signal });
}

/** Runs a use case with arguments and options in one object. @throws AttuneError E_USAGE with all problems of the input */
export async function runUseCase(name: UseCaseName, input: object, given: Partial<Call> = {}): Promise<unknown> {
  const [{ fields }, { useCase }] = await Promise.all([import('./fields.ts'), useCases[name]()]);
  const definition = useCase as UseCase;
  const places = Object.fromEntries(
    (definition.arguments?.(fields) ?? []).map(({ name: key, schema }) => [key, schema]),
  );
  const shape = { ...places, ...definition.options?.(fields) };
  const checkedInput = checked(fields.z.strictObject(shape), { value: input, name });
  const { onEvent = () => undefined, onNotice = () => undefined, signal = new AbortController().signal } = given;
  signal.throwIfAborted();
  return onChosenDevice(shape, checkedInput, () => definition.run(checkedInput, { onEvent, onNotice, signal }));
}

/** Inserts undefined for arguments omitted before the options; an object accepted by the argument is not taken for options. */
function placed(places: readonly Argument[], given: readonly unknown[]): readonly unknown[] {
  const last = given.length - 1;
  const options: unknown = given[last];
  const isPlain =
    typeof options === 'object' && options !== null && Object.getPrototypeOf(options) === Object.prototype;
  const place = places[last];
  if (!isPlain || place?.required !== false || place.schema.safeParse(options).success) return given;
  return [...given.slice(0, last), ...places.slice(last).map(() => undefined), options];
}

/** Validates the input; reports all problems at once. */
function checked(schema: z.ZodObject, { value, name }: { value: unknown; name: string }): Record<string, unknown> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new AttuneError('E_USAGE', {
    what: `${libraryName(name)} was called with invalid arguments`,
    problems: error.issues.flatMap((issue) => problemsOf(issue, Object.keys(schema.shape))),
    fix: `see: attune ${name} --help`,
  });
}

function problemsOf(issue: z.core.$ZodIssue, known: readonly string[]): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ field: issue.path.join('.') || undefined, message: issue.message }];
  return issue.keys.map((field) => {
    const close = nearest(field, known);
    return { field, message: 'is not an option', fix: close === undefined ? undefined : `did you mean ${close}?` };
  });
}
