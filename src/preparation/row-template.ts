import { AttuneError } from '../base/errors.ts';
import type { JinjaTemplate, TemplateLimits } from '@attune/jinja';
import { parseTemplate } from '../models/text/chat-templates.ts';

const LIMITS: TemplateLimits = { units: 200_000, characters: 1 << 22 };

/** A Jinja template for a row's text, which sees nothing but the row. */
export class RowTemplate {
  readonly #name: string;
  readonly #program: JinjaTemplate;
  /** Free variables of the template. */
  readonly variables: readonly string[];

  /** @throws AttuneError E_TEMPLATE_INVALID */
  constructor(name: string, source: string) {
    this.#name = name;
    this.#program = parseTemplate(source, `template ${name}`);
    const { read, assigned } = this.#program.names;
    this.variables = [...read].filter((own) => !assigned.has(own));
  }

  /** @throws AttuneError E_TEMPLATE_FAILED */
  render(values: Record<string, unknown>): string {
    try {
      // A row must not depend on the time it was made.
      return this.#program.render(values, { now: new Date(0), limits: LIMITS }).trim();
    } catch (error) {
      throw new AttuneError('E_TEMPLATE_FAILED', {
        what: `The template ${this.#name} failed`,
        got: (error as Error).message,
        expected: `only variables of rows: ${Object.keys(values).join(', ')}`,
        cause: error,
      });
    }
  }
}
