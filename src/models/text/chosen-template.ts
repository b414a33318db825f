import { AttuneError, type Problem } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { defaultTemplate } from './default-template.ts';
import type { JinjaTemplate } from '@attune/jinja';
import { TOOLS_TEMPLATE } from './shown-tools.ts';
import { parseTemplate, RESERVED } from './chat-templates.ts';
import { parseOther, TEMPLATE_FOLDER, type TokenizerFiles } from './tokenizer-files.ts';
import { Tokenizer } from './tokenizer.ts';

/** Chat template settings of a run. */
export interface TemplateChoice {
  /** A template's text and its origin, or the name of one of the tokenizer's or attune's; the tokenizer's default if absent. */
  template?: { text: string; origin: string } | { name: string };
  /** Defaults of template variables, for conversations that do not set them. */
  kwargs?: Readonly<Record<string, unknown>>;
}

/**
 * Tokenizer with the chosen template as its only one. Variables become defaults inside the template, so that any server
 * renders the saved folder as in training.
 *
 * @throws E_TEMPLATE_MISSING, E_TEMPLATE_INVALID, E_TEMPLATE_KWARGS
 */
export async function chooseTemplate(tokenizer: Tokenizer, choice: TemplateChoice): Promise<Tokenizer> {
  const { template, kwargs = {} } = choice;
  const sources = template === undefined ? inUse(tokenizer) : new Map([['default', sourceOf(tokenizer, template)]]);
  const origin = template !== undefined && 'text' in template ? template.origin : tokenizer.origin;
  const known = checkKwargs(kwargs, variablesIn(sources, origin), tokenizer);
  if (template === undefined && known.length === 0) return tokenizer;
  const prefix = known.map(([name, value]) => defaultOf(name, value)).join('');
  for (const [name, source] of sources) sources.set(name, prefix === '' ? source : `${prefix}\n${source}`);
  const others = template === undefined ? tokenizer.templates.sources : [];
  const files = withTemplates(tokenizer.files, new Map([...others, ...sources]));
  return Tokenizer.fromFiles({ ...files, templateOrigin: origin });
}

/** Sets the defaults of those variables that the tokenizer's own templates read, for the base model in a comparison. */
export async function withKnownKwargs(
  tokenizer: Tokenizer,
  kwargs: Readonly<Record<string, unknown>>,
): Promise<Tokenizer> {
  const { read } = variablesIn(inUse(tokenizer), tokenizer.origin);
  const known = Object.entries(kwargs).filter(([name]) => read.has(name));
  return chooseTemplate(tokenizer, { kwargs: Object.fromEntries(known) });
}

/** Templates used for conversations unless one is named: see `ChatTemplates`. */
function inUse({ templates }: Tokenizer): Map<string, string> {
  return new Map([...templates.sources].filter(([name]) => name === 'default' || name === 'tool_use'));
}

function sourceOf(tokenizer: Tokenizer, template: NonNullable<TemplateChoice['template']>): string {
  if ('text' in template) return template.text;
  const { sources } = tokenizer.templates;
  const source = sources.get(template.name);
  if (source !== undefined) return source;
  if (template.name === TOOLS_TEMPLATE) return defaultTemplate(tokenizer);
  const isText = /\{[{%#]/.test(template.name);
  throw new AttuneError('E_TEMPLATE_MISSING', {
    what: isText
      ? 'data.chat_template contains a template instead of naming one'
      : `There is no chat template "${template.name}", neither as a file nor in the tokenizer of ${tokenizer.origin}`,
    expected:
      sources.size === 0
        ? `a file, or ${TOOLS_TEMPLATE}; the tokenizer has no templates`
        : `a file, or one of ${[...sources.keys(), TOOLS_TEMPLATE].join(', ')}`,
    fix: isText
      ? 'put the template into a file and give its path'
      : "give a file: names of other tools' templates are not supported",
  });
}

function variablesIn(sources: ReadonlyMap<string, string>, origin: string): JinjaTemplate['names'] {
  const found = [...sources].map(
    ([name, source]) => parseTemplate(source, `chat template "${name}" of ${origin}`).names,
  );
  return {
    read: new Set(found.flatMap(({ read }) => [...read])),
    assigned: new Set(found.flatMap(({ assigned }) => [...assigned])),
  };
}

/** Rejects variables that the template never reads, which would have no effect. */
function checkKwargs(
  kwargs: Readonly<Record<string, unknown>>,
  { read, assigned }: JinjaTemplate['names'],
  tokenizer: Tokenizer,
): [string, unknown][] {
  const given = [...RESERVED, ...Object.keys(tokenizer.templates.variables)];
  const problems = Object.keys(kwargs).flatMap((name): Problem[] => {
    const field = `chat_template_kwargs.${name}`;
    if (given.includes(name)) return [{ field, message: 'is set by the row or the tokenizer', fix: 'remove it' }];
    if (read.has(name) && /^[A-Za-z_]\w*$/.test(name)) return [];
    const close = nearest(name, [...read]);
    return [{ field, message: 'is not a variable of the template', fix: close && `did you mean ${close}?` }];
  });
  if (problems.length === 0) return Object.entries(kwargs);
  const free = [...read].filter((name) => !given.includes(name) && !assigned.has(name));
  throw new AttuneError('E_TEMPLATE_KWARGS', {
    what: 'The chat template does not accept these variables',
    expected: free.length === 0 ? 'none: the template has no variables of its own' : `some of ${free.join(', ')}`,
    problems,
    fix: 'use variables of the template, or remove them',
  });
}

/** Values in the row take precedence. */
function defaultOf(name: string, value: unknown): string {
  return `{% if ${name} is not defined %}{% set ${name} = ${literal(value)} %}{% endif %}`;
}

/** JSON is valid Jinja, except for null. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`);
  return `{${entries.join(', ')}}`;
}

/** Replaces all templates in the files, in the layout of transformers. */
function withTemplates(files: TokenizerFiles, sources: ReadonlyMap<string, string>): TokenizerFiles {
  const isTemplate = (name: string) => name.startsWith('chat_template.j') || name.startsWith(`${TEMPLATE_FOLDER}/`);
  const others = new Map([...files.others].filter(([name]) => !isTemplate(name)));
  const { chat_template: declared, ...config } = parseOther(files, 'tokenizer_config.json');
  if (declared !== undefined) others.set('tokenizer_config.json', `${JSON.stringify(config, null, 2)}\n`);
  for (const [name, source] of sources) {
    others.set(name === 'default' ? 'chat_template.jinja' : `${TEMPLATE_FOLDER}/${name}.jinja`, source);
  }
  return { ...files, others };
}
