import { AttuneError } from '../../base/errors.ts';
import type { Message, ToolSchema } from './message.ts';
import { JinjaTemplate, TemplateFailure, TemplateLimitError, TemplateRefusal } from '@attune/jinja';
import { templateMessages, type ArgumentsForm } from './template-messages.ts';
import { parseOther, TEMPLATE_FOLDER, type TokenizerFiles } from './tokenizer-files.ts';

/** Input of a chat template. */
export interface Conversation {
  messages: readonly Message[];
  tools?: readonly ToolSchema[];
  documents?: readonly Record<string, unknown>[];
  /** Further template variables, such as `enable_thinking`. */
  chatTemplateKwargs?: Record<string, unknown>;
}

export interface TemplateOptions {
  addGenerationPrompt: boolean;
  /** Current time for strftime_now in templates. */
  now: Date;
}

/** Variables reserved for the conversation. */
export const RESERVED: readonly string[] = ['messages', 'tools', 'documents', 'add_generation_prompt'];

/** A model's chat templates by name: `default`, or `tool_use` (if it exists) for conversations with tools. */
export class ChatTemplates {
  /** Template sources by name. */
  readonly sources: ReadonlyMap<string, string>;
  /** Variables for special tokens: `bos_token`, `eos_token`, …. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #origin: string;
  readonly #programs = new Map<string, JinjaTemplate>();
  readonly #inParts = new Map<string, boolean>();

  private constructor(origin: string, sources: Map<string, string>, variables: Record<string, string>) {
    this.#origin = origin;
    this.sources = sources;
    this.variables = variables;
  }

  /** chat_template.jinja takes precedence over tokenizer_config.json, as in transformers. */
  static fromFiles(files: TokenizerFiles, variables: Record<string, string>): ChatTemplates {
    const sources = new Map<string, string>();
    for (const name of ['tokenizer_config.json', 'chat_template.json'])
      collectDeclared(sources, parseOther(files, name));
    for (const [name, text] of files.others) {
      if (name === 'chat_template.jinja') sources.set('default', text);
      if (name.startsWith(`${TEMPLATE_FOLDER}/`))
        sources.set(name.slice(TEMPLATE_FOLDER.length + 1, -'.jinja'.length), text);
    }
    return new ChatTemplates(files.templateOrigin ?? files.origin, sources, variables);
  }

  get exists(): boolean {
    return this.sources.size > 0;
  }

  /** The template's name and origin, for messages. */
  describe(conversation: Pick<Conversation, 'tools'> = {}): string {
    return `chat template "${this.#choose(conversation)}" of ${this.#origin}`;
  }

  /**
   * Renders a conversation. @throws E_TEMPLATE_MISSING, E_TEMPLATE_INVALID, E_TEMPLATE_REFUSED (by the template
   * itself), E_TEMPLATE_FAILED, E_TEMPLATE_LIMIT
   */
  render(conversation: Conversation, options: TemplateOptions): string {
    const name = this.#choose(conversation);
    const kwargs = conversation.chatTemplateKwargs ?? {};
    const reserved = RESERVED.filter((key) => Object.hasOwn(kwargs, key));
    if (reserved.length > 0) {
      throw new AttuneError('E_TEMPLATE_KWARGS', {
        what: `chat_template_kwargs cannot set ${reserved.join(', ')}`,
        fix: 'put messages, tools and documents into the row itself',
      });
    }
    const program = this.#program(name);
    const source = this.sources.get(name) ?? '';
    const render = (form: ArgumentsForm): string => {
      const variables = {
        ...this.variables,
        ...kwargs,
        messages: templateMessages(conversation.messages, source, { form, inParts: this.#takesParts(name, program) }),
        // None if absent, as in transformers: templates test `is not none`.
        tools: conversation.tools ?? null,
        documents: conversation.documents ?? null,
        add_generation_prompt: options.addGenerationPrompt,
      };
      return program.render(variables, { now: options.now });
    };
    try {
      return renderInAnyForm(conversation.messages, render);
    } catch (error) {
      throw error instanceof AttuneError ? error : failure(this.describe(conversation), error, conversation);
    }
  }

  /** Whether a template only shows content that is given in parts. */
  #takesParts(name: string, program: JinjaTemplate): boolean {
    const known = this.#inParts.get(name);
    if (known !== undefined) return known;
    const source = this.sources.get(name) ?? '';
    const variables = { ...this.variables, tools: null, documents: null };
    const parts = [{ type: 'text', text: PROBE }];
    const knowsImages = /['"]image['"]/.test(source);
    const takes = knowsImages && !shows(program, variables, PROBE) && shows(program, variables, parts);
    this.#inParts.set(name, takes);
    return takes;
  }

  #choose({ tools }: Pick<Conversation, 'tools'>): string {
    if (tools !== undefined && tools.length > 0 && this.sources.has('tool_use')) return 'tool_use';
    if (this.sources.has('default')) return 'default';
    return this.sources.keys().next().value ?? 'default';
  }

  #program(name: string): JinjaTemplate {
    const parsed = this.#programs.get(name);
    if (parsed !== undefined) return parsed;
    const source = this.sources.get(name);
    if (source === undefined) {
      throw new AttuneError('E_TEMPLATE_MISSING', {
        what: `${this.#origin} has no chat template`,
        fix: 'use a chat model, or train with the default template, which is saved with the result',
      });
    }
    const program = parseTemplate(source, this.describe());
    this.#programs.set(name, program);
    return program;
  }
}

const PROBE = 'attuneprobe';

/** Whether a template shows a turn's content, given in some form. */
function shows(program: JinjaTemplate, variables: Record<string, unknown>, content: unknown): boolean {
  const conversation = { ...variables, messages: [{ role: 'user', content }], add_generation_prompt: false };
  try {
    return program.render(conversation, { now: new Date(0) }).includes(PROBE);
  } catch {
    return false;
  }
}

/** @throws E_TEMPLATE_INVALID, naming the template as `name` */
export function parseTemplate(source: string, name: string): JinjaTemplate {
  try {
    return new JinjaTemplate(source);
  } catch (error) {
    throw new AttuneError('E_TEMPLATE_INVALID', {
      what: `The ${name} cannot be parsed`,
      got: (error as Error).message,
      fix: 'fix the template, or fetch it again',
      cause: error,
    });
  }
}

/**
 * Most templates expect a call's arguments as a mapping, some as text, and fail on the other. If the given form fails,
 * the other one is tried.
 */
function renderInAnyForm(messages: readonly Message[], render: (form: ArgumentsForm) => string): string {
  try {
    return render('given');
  } catch (error) {
    const isOurs = error instanceof TemplateFailure || error instanceof TemplateRefusal;
    if (!isOurs || !messages.some(({ tool_calls: calls }) => calls !== undefined && calls.length > 0)) throw error;
    try {
      return render('other');
    } catch {
      throw error;
    }
  }
}

/** `chat_template` is a source, or a list of named ones. */
function collectDeclared(sources: Map<string, string>, config: Record<string, unknown>): void {
  const declared = config.chat_template;
  if (typeof declared === 'string') sources.set('default', declared);
  if (!Array.isArray(declared)) return;
  for (const { name, template } of declared as { name?: unknown; template?: unknown }[]) {
    if (typeof name === 'string' && typeof template === 'string') sources.set(name, template);
  }
}

function failure(template: string, error: unknown, { messages }: Conversation): AttuneError {
  const got = (error as Error).message;
  if (error instanceof TemplateRefusal) {
    return new AttuneError('E_TEMPLATE_REFUSED', { what: `The ${template} rejects this conversation`, got });
  }
  if (error instanceof TemplateLimitError) {
    const fix = 'the template probably loops forever: check where it comes from';
    return new AttuneError('E_TEMPLATE_LIMIT', { what: `The ${template} was stopped`, got, fix });
  }
  let fix = 'check that the row has the fields that the template uses';
  if (error instanceof TemplateFailure && error.kind === 'NotSupported')
    fix = 'rewrite that part of the template, or change the value in the row';
  else if (messages.some(({ contentless }) => contentless !== undefined))
    fix = 'the template may need text in every turn: write content: "" if the row has null or none';
  return new AttuneError('E_TEMPLATE_FAILED', { what: `The ${template} failed`, got, fix, cause: error });
}
