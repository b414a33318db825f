import { AttuneError } from '../base/errors.ts';
import { runTemplate, type Program } from '../text/template-sandbox.ts';
import { parseTemplate } from '../text/template.ts';

const LIMITS = { steps: 20_000, characters: 1 << 22, rangeLength: 1000 };

/** A Jinja template of a row's text. It sees the row and nothing else. */
export class RowTemplate {
  readonly #name: string;
  readonly #program: Program;
  /** Names that it reads. */
  readonly variables: readonly string[];

  /** @throws AttuneError E_TEMPLATE_INVALID */
  constructor(name: string, source: string) {
    this.#name = name;
    this.#program = parseTemplate(source, `template ${name}`);
    this.variables = variablesOf(this.#program);
  }

  /** @throws AttuneError E_TEMPLATE_FAILED */
  render(values: Record<string, unknown>): string {
    try {
      // A row must not depend on when it was made.
      return runTemplate(this.#program, values, new Date(0), LIMITS).trim();
    } catch (error) {
      throw new AttuneError('E_TEMPLATE_FAILED', {
        what: `The template ${this.#name} failed`,
        got: (error as Error).message,
        expected: `only what rows have: ${Object.keys(values).join(', ')}`,
        cause: error,
      });
    }
  }
}

interface Node {
  type: string;
  value?: unknown;
  property?: unknown;
  computed?: boolean;
}

const OWN = new Set([
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'range',
  'loop',
  'raise_exception',
  'strftime_now',
  'namespace',
]);

/** Identifiers that the template reads and does not set itself. */
function variablesOf(program: Program): string[] {
  const [read, set] = [new Set<string>(), new Set<string>()];
  const visit = (value: unknown, key: string, parent?: Node): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, key, parent);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node;
    if (node.type === 'Identifier' && typeof node.value === 'string') {
      const isName =
        (parent?.type === 'MemberExpression' && key === 'property' && parent.computed !== true) ||
        key === 'filter' ||
        key === 'test';
      if (key === 'loopvar' || key === 'assignee') set.add(node.value);
      else if (!isName) read.add(node.value);
    }
    for (const [name, child] of Object.entries(node))
      visit(child, name === 'value' || name === 'items' ? key : name, node);
  };
  visit(program, '');
  return [...read].filter((name) => !set.has(name) && !OWN.has(name));
}
