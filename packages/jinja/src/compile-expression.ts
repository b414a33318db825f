import { getAttribute, getItem, getSlice } from './attributes.ts';
import { callValue } from './call.ts';
import { compareOrder, contains, equals } from './comparison.ts';
import { isFailure, TemplateSyntaxError, TemplateFailure, typeError } from './errors.ts';
import { filters } from './filters.ts';
import { toList } from './iteration.ts';
import { assign } from './keys.ts';
import type { CallParts, Expression } from './nodes.ts';
import { calculate, calculateUnary, isTrue } from './operators.ts';
import { toText } from './printing.ts';
import type { Scope } from './runtime.ts';
import { callTest, testNames } from './tests.ts';
import { asMapping, asText, Dict, Float, Tuple, typeName, Undefined, type Arguments, type Value } from './values.ts';

/** A compiled expression. */
export type Compute = (scope: Scope) => Value;

type Of<T extends Expression['type']> = Extract<Expression, { type: T }>;

/** Compiles expressions to closures. `cost` counts their parts, which the caller charges as a whole. */
export class ExpressionCompiler {
  cost = 0;
  /** Whether this is inside a condition, where an unknown filter or test only fails when used. */
  isConditional = false;
  /** Whether this is inside `{{ … }}` without any variable. */
  isConstantOutput = false;

  compile(node: Expression): Compute {
    this.cost++;
    switch (node.type) {
      case 'constant':
        return constant(node);
      case 'name':
        return nameReader(node.name);
      case 'attribute':
        return this.#attribute(node);
      case 'item':
        return this.#item(node);
      case 'slice':
        return this.#slice(node);
      case 'call':
        return this.#call(node);
      case 'filter':
        return this.#filter(node, node.input === undefined ? blockText : this.compile(node.input));
      case 'test':
        return this.#test(node);
      default:
        return this.#compileOther(node);
    }
  }

  #compileOther(
    node: Of<'tuple' | 'list'> | Of<'dict' | 'binary' | 'unary' | 'concat' | 'compare' | 'condition'>,
  ): Compute {
    switch (node.type) {
      case 'tuple':
      case 'list':
        return this.#list(node);
      case 'dict':
        return this.#dict(node);
      case 'binary':
        return this.#binary(node);
      case 'unary':
        return this.#unary(node);
      case 'concat':
        return this.#concat(node);
      case 'compare':
        return this.#compare(node);
      default:
        return this.#condition(node);
    }
  }

  #list({ type, items }: Of<'tuple' | 'list'>): Compute {
    const parts = items.map((item) => this.compile(item));
    if (type === 'list') return (scope) => parts.map((part) => part(scope));
    return (scope) => new Tuple(parts.map((part) => part(scope)));
  }

  #dict({ pairs }: Of<'dict'>): Compute {
    const parts = pairs.map(([key, value]) => [this.compile(key), this.compile(value)] as const);
    this.cost += 2 * parts.length;
    return (scope) => {
      const dict = new Dict();
      for (const [key, value] of parts) assign(dict, key(scope), value(scope));
      return dict;
    };
  }

  #attribute({ object, name }: Of<'attribute'>): Compute {
    const inner = this.compile(object);
    return (scope) => getAttribute(inner(scope), name, scope.runtime);
  }

  #item({ object, key }: Of<'item'>): Compute {
    const [inner, at] = [this.compile(object), this.compile(key)];
    return (scope) => getItem(inner(scope), at(scope), scope.runtime);
  }

  #slice({ object, parts }: Of<'slice'>): Compute {
    const inner = this.compile(object);
    const bounds = parts.map((part) => (part === undefined ? () => null : this.compile(part)));
    const slice = this.isConstantOutput ? sliceOrUndefined : getSlice;
    return (scope) => {
      const sliced = inner(scope);
      const values = bounds.map((bound) => bound(scope));
      return slice(sliced, values, scope.runtime);
    };
  }

  #call({ callee, call }: Of<'call'>): Compute {
    const [called, args] = [this.compile(callee), this.arguments(call)];
    return (scope) => callValue(called(scope), args(scope), scope.runtime);
  }

  /** Arguments of a call, including those from `*` and `**`. */
  arguments({ positional, named, spread, spreadNamed }: CallParts): (scope: Scope) => Arguments {
    const values = positional.map((value) => this.compile(value));
    const pairs = named.map(([name, value]) => [name, this.compile(value)] as const);
    const more = spread === undefined ? undefined : this.compile(spread);
    const moreNamed = spreadNamed === undefined ? undefined : this.compile(spreadNamed);
    return (scope) => {
      const args: Arguments = { positional: values.map((value) => value(scope)), named: new Map() };
      if (more !== undefined) args.positional = args.positional.concat(toList(more(scope), scope.runtime.budget));
      for (const [name, value] of pairs) addNamed(args, name, value(scope));
      if (moreNamed !== undefined) spreadInto(args, moreNamed(scope), scope);
      return args;
    };
  }

  #filter({ name, call, line }: Of<'filter'>, compiled: Compute): Compute {
    const filter = filters.get(name);
    const args = this.arguments(call);
    if (filter === undefined) return this.#unknown('filter', name, line);
    return (scope) => filter(compiled(scope), args(scope), scope.runtime);
  }

  #test({ name, call, line, input }: Of<'test'>): Compute {
    const [tested, args] = [this.compile(input), this.arguments(call)];
    if (!testNames.has(name)) return this.#unknown('test', name, line);
    return (scope) => callTest(name, tested(scope), args(scope), scope.runtime);
  }

  #unknown(kind: string, name: string, line: number): Compute {
    if (!this.isConditional) throw new TemplateSyntaxError(`No ${kind} named '${name}'.`, line);
    return () => {
      throw new TemplateFailure('TemplateRuntimeError', `No ${kind} named '${name}' found.`);
    };
  }

  #binary({ operator, left, right }: Of<'binary'>): Compute {
    const [a, b] = [this.compile(left), this.compile(right)];
    if (operator === 'and') {
      return (scope) => {
        const value = a(scope);
        return isTrue(value) ? b(scope) : value;
      };
    }
    if (operator === 'or') {
      return (scope) => {
        const value = a(scope);
        return isTrue(value) ? value : b(scope);
      };
    }
    return (scope) => calculate(operator, a(scope), b(scope), scope.runtime);
  }

  #unary({ operator, operand }: Of<'unary'>): Compute {
    const value = this.compile(operand);
    if (operator === 'not') return (scope) => !isTrue(value(scope));
    return (scope) => calculateUnary(operator, value(scope));
  }

  #concat({ parts }: Of<'concat'>): Compute {
    const texts = parts.map((part) => this.compile(part));
    return (scope) => {
      let result = '';
      for (const text of texts) {
        const next = toText(text(scope), scope.runtime);
        scope.runtime.budget.checkLength(result.length + next.length);
        result += next;
      }
      return result;
    };
  }

  #compare({ first, rest }: Of<'compare'>): Compute {
    const start = this.compile(first);
    const steps = rest.map(({ operator, operand }) => ({
      holds: comparison(operator),
      operand: this.compile(operand),
    }));
    if (steps.length === 1) {
      const [{ holds, operand }] = steps;
      return (scope) => holds(start(scope), operand(scope), scope);
    }
    return (scope) => {
      let left = start(scope);
      for (const { holds, operand } of steps) {
        const right = operand(scope);
        if (!holds(left, right, scope)) return false;
        left = right;
      }
      return true;
    };
  }

  #condition({ test, whenTrue, otherwise }: Of<'condition'>): Compute {
    const outside = this.isConditional;
    this.isConditional = true;
    const [condition, value] = [this.compile(test), this.compile(whenTrue)];
    const other = otherwise === undefined ? undefined : this.compile(otherwise);
    this.isConditional = outside;
    return (scope) => {
      if (isTrue(condition(scope))) return value(scope);
      if (other !== undefined) return other(scope);
      return new Undefined('the inline if-expression evaluated to false and no else section was defined.');
    };
  }
}

/** Variable for the text of a filtered block; template names cannot contain a dot. */
export const BLOCK_TEXT = 'block.text';
const blockText = nameReader(BLOCK_TEXT);

/** Jinja2 folds constants, where slicing a value without elements gives undefined instead of an error. */
function sliceOrUndefined(...args: Parameters<typeof getSlice>): Value {
  try {
    return getSlice(...args);
  } catch (error) {
    if (!isFailure(error, 'TypeError')) throw error;
    return new Undefined('a slice of a value without elements');
  }
}

function constant({ value }: Of<'constant'>): Compute {
  const own: Value = typeof value === 'object' && value !== null ? new Float(value.float) : value;
  return () => own;
}

function nameReader(name: string): Compute {
  return (scope) => {
    const value = scope.get(name);
    return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
  };
}

function addNamed(args: Arguments, name: string, value: Value): void {
  if (args.named.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
  args.named.set(name, value);
}

function spreadInto(args: Arguments, value: Value, { runtime }: Scope): void {
  const mapping = asMapping(value);
  if (mapping === undefined) throw typeError(`argument after ** must be a mapping, not ${typeName(value)}`);
  runtime.budget.charge(mapping.size);
  for (const [key, one] of mapping.items()) {
    const name = asText(key);
    if (name === undefined) throw typeError('keywords must be strings');
    addNamed(args, name, one);
  }
}

function comparison(operator: string): (left: Value, right: Value, scope: Scope) => boolean {
  switch (operator) {
    case '==':
      return (a, b, { runtime }) => equals(a, b, runtime.budget);
    case '!=':
      return (a, b, { runtime }) => !equals(a, b, runtime.budget);
    case 'in':
      return (a, b, { runtime }) => contains(b, a, runtime.budget);
    case 'not in':
      return (a, b, { runtime }) => !contains(b, a, runtime.budget);
    case '<':
      return (a, b, { runtime }) => compareOrder(a, b, runtime.budget, operator) < 0;
    case '<=':
      return (a, b, { runtime }) => compareOrder(a, b, runtime.budget, operator) <= 0;
    case '>':
      return (a, b, { runtime }) => compareOrder(a, b, runtime.budget, operator) > 0;
    default:
      return (a, b, { runtime }) => compareOrder(a, b, runtime.budget, operator) >= 0;
  }
}
