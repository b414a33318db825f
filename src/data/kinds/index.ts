/**
 * All kinds of rows. A file is read by the first format that recognises it, so specific formats precede general ones.
 */
import { chat } from './chat.ts';
import { classification } from './classification.ts';
import { completion } from './completion.ts';
import { decision } from './decision.ts';
import { feedback } from './feedback.ts';
import { graded } from './graded.ts';
import { imageText } from './image-text.ts';
import { items } from './items.ts';
import type { Kind, OwnForm } from './kind.ts';
import { multilabel } from './multilabel.ts';
import { pair } from './pair.ts';
import { preference } from './preference.ts';
import { prompt } from './prompt.ts';
import { question } from './question.ts';
import { recording } from './recording.ts';
import { regression } from './regression.ts';
import { speech } from './speech.ts';
import { stepwise } from './stepwise.ts';
import { tagged } from './tagged.ts';
import { text } from './text.ts';

const all = [
  speech,
  imageText,
  decision,
  preference,
  stepwise,
  feedback,
  chat,
  completion,
  items,
  question,
  tagged,
  pair,
  graded,
  multilabel,
  regression,
  classification,
  text,
  prompt,
  recording,
] as const;

type AnyKind = (typeof all)[number];
type ExampleIn<One> = One extends Kind<infer E, infer _FormatName, infer _FormName> ? E : never;
type FormatIn<One> = One extends Kind<infer _E, infer FormatName, infer _FormName> ? FormatName : never;
type FormIn<One> = One extends Kind<infer _E, infer _FormatName, infer FormName> ? FormName : never;

/** Examples as formats produce them and objectives accept them; checked before training. */
export type Example = ExampleIn<AnyKind>;
export type ExampleKind = Example['kind'];
export type ExampleOf<Name extends ExampleKind> = Extract<Example, { kind: Name }>;
/** Formats of all kinds. */
export type KindFormat = FormatIn<AnyKind>;
/** Answer forms that belong to a single kind. */
export type OwnFormName = FormIn<AnyKind>;

export const kinds: readonly Kind<Example>[] = all;

const byName = new Map<string, Kind<Example>>(kinds.map((kind) => [kind.name, kind]));

/** Whether a name read from a file is a kind known to this version. */
export function isKind(name: string): name is ExampleKind {
  return byName.has(name);
}

/** Definition of an example's kind. */
export function kindOf({ kind }: Pick<Example, 'kind'>): Kind<Example> {
  return byName.get(kind)!;
}

/** Names of the kinds that satisfy a predicate. */
export function kindsWhere(isSo: (kind: Kind<Example>) => boolean): ReadonlySet<ExampleKind> {
  return new Set(kinds.filter(isSo).map(({ name }) => name));
}

const ownForms = new Map(kinds.flatMap(({ forms = {} }) => Object.entries(forms)));

export function isOwnForm(name: string): name is OwnFormName {
  return ownForms.has(name);
}

/** Definition of an answer form that belongs to one kind; undefined for others. */
export function ownForm(name: string): OwnForm | undefined {
  return ownForms.get(name);
}
