import { Environment, Interpreter } from '@huggingface/jinja';
import { formatTime } from './strftime.ts';

/** A parsed template, opaque. */
export type Program = { readonly type: string };

// The package's own types name modules without extensions, which this project's resolution does not find.
interface Scope {
  set(name: string, value: unknown): unknown;
}
interface Evaluator {
  run(program: Program): { value: unknown };
  evaluate(node: unknown, scope: Scope): { value: unknown };
  evaluateBlock(nodes: unknown[], scope: Scope): { value: unknown };
}
const BaseInterpreter = Interpreter as unknown as new (scope: Scope) => Evaluator;
const BaseEnvironment = Environment as unknown as new () => Scope;

/** What one rendering may cost: a template is data from someone else, and must not hang or fill the memory. */
export interface TemplateLimits {
  /** Evaluated nodes and blocks; a turn of a conversation takes some dozens. */
  steps: number;
  /** Characters of any one text, and elements that `range` may make. */
  characters: number;
  rangeLength: number;
}

const defaultLimits: TemplateLimits = { steps: 500_000, characters: 1 << 27, rangeLength: 100_000 };

/** The template itself refused the conversation, by raise_exception. */
export class TemplateRefusal extends Error {}

/** The template went past its limits. */
export class TemplateLimitError extends Error {}

/** An interpreter that counts what it does. */
class LimitedInterpreter extends BaseInterpreter {
  #steps = 0;
  readonly #limits: TemplateLimits;

  constructor(environment: Scope, limits: TemplateLimits) {
    super(environment);
    this.#limits = limits;
  }

  override evaluate(node: unknown, scope: Scope): { value: unknown } {
    return this.#checked(() => super.evaluate(node, scope));
  }

  // A loop with an empty body evaluates no node.
  override evaluateBlock(nodes: unknown[], scope: Scope): { value: unknown } {
    return this.#checked(() => super.evaluateBlock(nodes, scope));
  }

  #checked(evaluate: () => { value: unknown }): { value: unknown } {
    if (++this.#steps > this.#limits.steps) throw new TemplateLimitError(`more than ${this.#limits.steps} steps`);
    const result = evaluate();
    if (typeof result?.value === 'string' && result.value.length > this.#limits.characters) {
      throw new TemplateLimitError(`a text of more than ${this.#limits.characters} characters`);
    }
    return result;
  }
}

/**
 * Renders a parsed template. It sees only the variables given, three functions and the language's own filters: no
 * files, no network, no JavaScript. `now` is the clock that strftime_now reads.
 */
export function runTemplate(
  program: Program,
  variables: Record<string, unknown>,
  now: Date,
  limits: TemplateLimits = defaultLimits,
): string {
  const globals: Record<string, unknown> = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    raise_exception: (message: unknown) => {
      throw new TemplateRefusal(String(message));
    },
    range: (start: number, stop?: number, step?: number) => boundedRange([start, stop, step], limits.rangeLength),
    strftime_now: (format: string) => formatTime(now, format),
  };
  const environment = new BaseEnvironment();
  for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
  return String(new LimitedInterpreter(environment, limits).run(program).value);
}

function boundedRange([start, stop, step = 1]: (number | undefined)[], most: number): number[] {
  const [from, to] = stop === undefined ? [0, start ?? 0] : [start ?? 0, stop];
  const length = step === 0 ? Number.NaN : Math.max(0, Math.ceil((to - from) / step));
  if (Number.isNaN(length)) throw new Error('range() needs whole numbers and a step other than 0');
  if (length > most) throw new TemplateLimitError(`a range of ${length} elements`);
  return Array.from({ length }, (_, index) => from + index * step);
}
