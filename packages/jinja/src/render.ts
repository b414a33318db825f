import { Budget, DEFAULT_LIMITS, type TemplateLimits } from './budget.ts';
import { compileTemplate } from './compile-template.ts';
import { TemplateLimitError, TemplateSyntaxError } from './errors.ts';
import { fromData } from './from-data.ts';
import { globals } from './globals.ts';
import { namesOf, type TemplateNames } from './names.ts';
import { parseTemplate } from './parse-template.ts';
import { Scope } from './runtime.ts';
import type { Runtime } from './values.ts';

/** Published templates have up to about 60,000 characters. */
const LONGEST_SOURCE = 300_000;

export interface RenderOptions {
  /** The clock that strftime_now reads. */
  now: Date;
  limits?: TemplateLimits;
}

/** A template in the language of Jinja2 3.1, set up as transformers sets it up for chat templates. */
export class JinjaTemplate {
  readonly names: TemplateNames;
  readonly #run: ReturnType<typeof compileTemplate>;

  /** @throws TemplateSyntaxError */
  constructor(source: string) {
    if (source.length > LONGEST_SOURCE) throw new TemplateSyntaxError(`more than ${LONGEST_SOURCE} characters`, 1);
    const tree = parseTemplate(source);
    this.names = namesOf(tree, globals.keys());
    this.#run = compileTemplate(tree);
  }

  /**
   * Renders with the given variables. The template has access to nothing else: no files, no network, no JavaScript.
   * @throws TemplateFailure, TemplateRefusal, TemplateLimitError
   */
  render(variables: Readonly<Record<string, unknown>>, { now, limits = DEFAULT_LIMITS }: RenderOptions): string {
    const budget = new Budget(limits);
    const runtime: Runtime = { budget, now, output: '' };
    const context = new Scope(runtime);
    try {
      for (const [name, value] of globals) context.set(name, value);
      for (const [name, value] of Object.entries(variables)) context.set(name, fromData(value, budget));
      this.#run(context.inner());
    } catch (error) {
      if (error instanceof RangeError) throw new TemplateLimitError('values or calls are nested too deeply');
      throw error;
    }
    return runtime.output;
  }
}
