import { greatest } from '../../../base/many.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../../files/json.ts';
import type { NewToken } from '../added-tokens.ts';
import type { AddedTokenJson } from '../bpe/train-bpe.ts';
import { specialRoles, type SpecialRole } from '../special-roles.ts';

/** Default special tokens by role. */
export type Roles = Readonly<Partial<Record<SpecialRole, string>>>;

/** A folder with an older tokenizer: its settings, and the conventions of its class. */
export class OlderFiles {
  readonly folder: string;
  /** tokenizer_config.json, which takes precedence over special_tokens_map.json. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Class name without its suffix (`BertTokenizer` → `Bert`), or a guess from the model type. */
  readonly family: string;

  constructor(folder: string) {
    this.folder = folder;
    this.settings = { ...this.json('special_tokens_map.json'), ...this.json('tokenizer_config.json') };
    const named = this.settings.tokenizer_class;
    const type = this.json('config.json').model_type;
    const name = typeof named === 'string' ? named : typeof type === 'string' ? type : '';
    this.family = name
      .replace(/Tokenizer(Fast)?$/, '')
      .replaceAll(/[-_]/g, '')
      .toLowerCase();
  }

  path(name: string): string {
    return join(this.folder, name);
  }
  has(name: string): boolean {
    return existsSync(this.path(name));
  }
  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }
  bytes(name: string): Uint8Array {
    return readFileSync(this.path(name));
  }
  json(name: string): Record<string, unknown> {
    return this.has(name) ? readJson<Record<string, unknown>>(this.path(name)) : {};
  }
  flag(name: string, otherwise: boolean): boolean {
    const value = this.settings[name];
    return typeof value === 'boolean' ? value : otherwise;
  }

  /** Special tokens by role: the folder's, else the family's. */
  roles(usual: Roles): Roles {
    const entries = specialRoles.map((role) => [role, contentOf(this.settings[`${role}_token`]) ?? usual[role]]);
    return Object.fromEntries(entries.filter(([, text]) => text !== undefined)) as Roles;
  }

  /** Tokens outside the vocabulary, with ids if the folder has them. */
  declared(): (NewToken & { id?: number })[] {
    const decoder = (this.settings.added_tokens_decoder ?? {}) as Record<string, NewToken>;
    const plain = this.json('added_tokens.json') as Record<string, number>;
    const more = Array.isArray(this.settings.additional_special_tokens) ? this.settings.additional_special_tokens : [];
    return [
      ...Object.entries(decoder).map(([id, token]) => ({ ...token, id: Number(id) })),
      ...Object.entries(plain).map(([content, id]) => ({ content, id })),
      ...more
        .flatMap((token) => ({ content: contentOf(token) ?? '', special: true }))
        .filter(({ content }) => content !== ''),
    ];
  }
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/**
 * Added tokens for tokenizer.json: the folder's, those with a role, and the family's. Tokens in the vocabulary or with
 * an explicit id keep their id; the others are appended.
 */
export function addedTokens(
  ids: ReadonlyMap<string, number>,
  tokens: readonly (NewToken & { id?: number })[],
): AddedTokenJson[] {
  const found = new Map<string, AddedTokenJson>();
  const wanted: NewToken[] = [];
  for (const { id, content, ...flags } of tokens) {
    if (found.has(content) || wanted.some((token) => token.content === content)) continue;
    const known = ids.get(content) ?? id;
    if (known === undefined) wanted.push({ content, ...flags });
    else found.set(content, described(content, known, flags));
  }
  let next =
    greatest(
      ids.values(),
      greatest(
        [...found.values()].map((token) => token.id),
        -1,
      ),
    ) + 1;
  for (const { content, ...flags } of wanted) found.set(content, described(content, next++, flags));
  return [...found.values()].toSorted((a, b) => a.id - b.id);
}

function described(content: string, id: number, flags: Omit<NewToken, 'content'>): AddedTokenJson {
  const { special = false, single_word = false, lstrip = false, rstrip = false, normalized = false } = flags;
  return { id, content, single_word, lstrip, rstrip, normalized, special };
}

/** The roles whose tokens exist. */
export function presentRoles(roles: Roles, ids: ReadonlyMap<string, number>, added: readonly AddedTokenJson[]): Roles {
  const known = new Set([...ids.keys(), ...added.map(({ content }) => content)]);
  return Object.fromEntries(Object.entries(roles).filter(([, text]) => known.has(text))) as Roles;
}

/** Tokens with a role, as special tokens, if they are in the vocabulary. */
export function roleTokens(roles: Roles, ids: ReadonlyMap<string, number>): NewToken[] {
  const texts = [...new Set(Object.values(roles))].filter((text) => ids.has(text));
  return texts.map((content) => ({ content, special: true }));
}
