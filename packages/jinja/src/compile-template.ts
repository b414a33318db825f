import { callValue } from './call.ts';
import { BLOCK_TEXT, ExpressionCompiler, type Compute } from './compile-expression.ts';
import { compileTarget, namespaceCheck, readTarget, type Assign } from './compile-target.ts';
import { TemplateSyntaxError, typeError } from './errors.ts';
import { iterate } from './iteration.ts';
import { Loop } from './loop.ts';
import { macroValue, type MacroPlan } from './macro.ts';
import { isConstant, mentions } from './names.ts';
import type { ForLoop, Macro, CallBlock, Statement, Target, Template } from './nodes.ts';
import { isTrue } from './operators.ts';
import { toText } from './printing.ts';
import { capture, write, type Scope } from './runtime.ts';
import { asText, Lazy, typeName, type Value, type Runtime } from './values.ts';

/** How a statement ended: normally, or by `break` or `continue`. */
type End = undefined | 'break' | 'continue';
type Run = (scope: Scope) => End;
type Of<T extends Statement['type']> = Extract<Statement, { type: T }>;

/** Compiles a template. @throws TemplateSyntaxError */
export function compileTemplate({ body }: Template): Run {
  if (mentions(body, 'self')) throw new TemplateSyntaxError('self is not supported', 1);
  return new StatementCompiler().block(body, false);
}

class StatementCompiler {
  readonly #expressions = new ExpressionCompiler();

  /** `inLoop`: whether `break` and `continue` are allowed. */
  block(body: readonly Statement[], inLoop: boolean): Run {
    const runs = body.map((statement) => this.#statement(statement, inLoop));
    return (scope) => {
      for (const run of runs) {
        const end = run(scope);
        if (end !== undefined) return end;
      }
      return undefined;
    };
  }

  #statement(node: Statement, inLoop: boolean): Run {
    switch (node.type) {
      case 'data':
        return data(node.text);
      case 'print':
        return this.#print(node);
      case 'if':
        return this.#if(node, inLoop);
      case 'for':
        return this.#for(node);
      case 'set':
        return this.#set(node);
      case 'set-block':
        return this.#setBlock(node, inLoop);
      case 'with':
        return this.#with(node, inLoop);
      case 'macro':
        return this.#macro(node);
      default:
        return this.#otherStatement(node, inLoop);
    }
  }

  #otherStatement(node: Of<'call-block' | 'filter-block' | 'generation' | 'break' | 'continue'>, inLoop: boolean): Run {
    if (node.type === 'call-block') return this.#callBlock(node);
    if (node.type === 'filter-block') return this.#filterBlock(node, inLoop);
    if (node.type === 'generation') return this.#generation(node);
    if (!inLoop) throw new TemplateSyntaxError(`'${node.type}' outside loop`, 1);
    return () => node.type;
  }

  /** An expression together with its cost, which is charged before evaluation. */
  #expression(...nodes: Parameters<ExpressionCompiler['compile']>): Compute {
    return this.#charged(() => this.#expressions.compile(...nodes));
  }

  #charged<T>(compile: () => (scope: Scope) => T): (scope: Scope) => T {
    const before = this.#expressions.cost;
    const compute = compile();
    const cost = this.#expressions.cost - before + 1;
    return (scope) => {
      scope.runtime.budget.charge(cost);
      return compute(scope);
    };
  }

  #print({ value }: Of<'print'>): Run {
    this.#expressions.isConstantOutput = isConstant(value);
    const compute = this.#expression(value);
    this.#expressions.isConstantOutput = false;
    return (scope) => {
      const { runtime } = scope;
      write(runtime, toText(compute(scope), runtime));
      return undefined;
    };
  }

  #if({ branches, otherwise }: Of<'if'>, inLoop: boolean): Run {
    const outside = this.#expressions.isConditional;
    this.#expressions.isConditional = true;
    const runs = branches.map(({ test, body }) => ({ test: this.#expression(test), run: this.block(body, inLoop) }));
    const last = this.block(otherwise, inLoop);
    this.#expressions.isConditional = outside;
    return (scope) => {
      for (const { test, run } of runs) if (isTrue(test(scope))) return run(scope);
      return last(scope);
    };
  }

  /** Within a nested block an unknown filter is an error again. */
  #inner<T>(compile: () => T): T {
    const outside = this.#expressions.isConditional;
    this.#expressions.isConditional = false;
    const result = compile();
    this.#expressions.isConditional = outside;
    return result;
  }

  #for(node: ForLoop): Run {
    const elements = this.#expression(node.iterable);
    const [body, otherwise] = this.#inner(() => [this.block(node.body, true), this.block(node.otherwise, false)]);
    const assign = compileTarget(node.target);
    const filter = node.test === undefined ? undefined : this.#inner(() => this.#expression(node.test!));
    const usesLoop = node.recursive || mentions(node.body, 'loop');
    const hasElse = node.otherwise.length > 0;
    const run = (scope: Scope, values: Value, depth: number): End => {
      const chosen =
        filter === undefined ? values : new Lazy(filtered(values, scope, { target: node.target, assign, filter }));
      const recurse = node.recursive ? recursion(run, scope) : undefined;
      const loop = usesLoop ? new Loop(chosen, scope.runtime.budget, depth, recurse) : undefined;
      const finished = turns(scope, loop ?? iterate(chosen, scope.runtime.budget), { assign, body });
      return hasElse && !finished ? otherwise(scope.inner()) : undefined;
    };
    return (scope) => run(scope, elements(scope), 0);
  }

  #set({ target, value }: Of<'set'>): Run {
    const [compute, assign] = [this.#expression(value), compileTarget(target)];
    const check = namespaceCheck(target);
    return (scope) => {
      check(scope);
      assign(scope, compute(scope));
      return undefined;
    };
  }

  #setBlock({ target, filter, body }: Of<'set-block'>, inLoop: boolean): Run {
    const inner = this.#inner(() => this.block(body, inLoop));
    const assign = compileTarget(target);
    const apply = filter === undefined ? undefined : this.#inner(() => this.#expression(filter));
    return (scope) => {
      const own = scope.inner();
      let end: End;
      const text = capture(scope.runtime, () => (end = inner(own)));
      if (end !== undefined) return end;
      own.set(BLOCK_TEXT, text);
      assign(scope, apply === undefined ? text : apply(own));
      return undefined;
    };
  }

  #with({ bindings, body }: Of<'with'>, inLoop: boolean): Run {
    const parts = bindings.map(({ target, value }) => [compileTarget(target), this.#expression(value)] as const);
    const inner = this.#inner(() => this.block(body, inLoop));
    return (scope) => {
      const own = scope.inner();
      for (const [assign, compute] of parts) assign(own, compute(scope));
      return inner(own);
    };
  }

  #macroPlan(node: Macro | CallBlock): MacroPlan {
    const body = this.#inner(() => this.block(node.body, false));
    const defaults = node.defaults.map((value) => this.#expression(value));
    const reads = {
      caller: mentions(node.body, 'caller'),
      kwargs: mentions(node.body, 'kwargs') && !node.parameters.includes('kwargs'),
      varargs: mentions(node.body, 'varargs') && !node.parameters.includes('varargs'),
    };
    const { parameters } = node;
    return { name: node.type === 'macro' ? node.name : undefined, parameters, defaults, reads, body };
  }

  #macro(node: Macro): Run {
    const plan = this.#macroPlan(node);
    return (scope) => {
      scope.set(node.name, macroValue(plan, scope));
      return undefined;
    };
  }

  #callBlock(node: CallBlock): Run {
    const plan = this.#macroPlan(node);
    const callee = this.#expression(node.call.callee);
    const args = this.#charged(() => this.#expressions.arguments(node.call.call));
    return (scope) => {
      const { runtime } = scope;
      const called = callee(scope);
      const given = args(scope);
      given.named.set('caller', macroValue(plan, scope));
      writeText(runtime, callValue(called, given, runtime));
      return undefined;
    };
  }

  #filterBlock({ filter, body }: Of<'filter-block'>, inLoop: boolean): Run {
    const [inner, apply] = this.#inner(() => [this.block(body, inLoop), this.#expression(filter)]);
    return (scope) => {
      const { runtime } = scope;
      const own = scope.inner();
      let end: End;
      const text = capture(runtime, () => (end = inner(own)));
      // If a loop is left inside the block, its text is discarded.
      if (end !== undefined) return end;
      own.set(BLOCK_TEXT, text);
      writeText(runtime, apply(own));
      return undefined;
    };
  }

  /** The block marks generated text in transformers; variables stay local, as in a call block. */
  #generation({ body }: Of<'generation'>): Run {
    const inner = this.#inner(() => this.block(body, false));
    return (scope) => inner(scope.inner());
  }
}

/** Unlike `{{ … }}`, blocks only write texts. @throws TypeError */
function writeText(runtime: Runtime, value: Value): void {
  const text = asText(value);
  if (text === undefined) throw typeError(`expected str instance, ${typeName(value)} found`);
  write(runtime, text);
}

function data(text: string): Run {
  return ({ runtime }) => {
    runtime.budget.charge(1);
    write(runtime, text);
    return undefined;
  };
}

/** Runs a loop's body for each element; returns whether an iteration completed. */
function turns(
  scope: Scope,
  elements: Loop | Iterator<Value>,
  { assign, body }: { assign: Assign; body: Run },
): boolean {
  const { budget } = scope.runtime;
  let finished = false;
  for (;;) {
    budget.charge(2);
    const own = scope.inner();
    let value: Value;
    if (elements instanceof Loop) {
      const next = elements.next();
      if (next === undefined) return finished;
      ({ value } = next);
      own.set('loop', elements);
    } else {
      const next = elements.next();
      if (next.done === true) return finished;
      ({ value } = next);
    }
    assign(own, value);
    const end = body(own);
    if (end === 'break') return finished;
    // Jinja2 records an iteration at the end of the body, which `continue` skips.
    if (end === undefined) finished = true;
  }
}

/** The elements of a loop with a condition, as assigned to its target. */
function* filtered(
  values: Value,
  scope: Scope,
  { target, assign, filter }: { target: Target; assign: Assign; filter: Compute },
): Generator<Value> {
  const iterator = iterate(values, scope.runtime.budget);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    const own = scope.inner();
    assign(own, next.value);
    if (isTrue(filter(own))) yield readTarget(target, own);
  }
}

function recursion(
  run: (scope: Scope, values: Value, depth: number) => End,
  scope: Scope,
): (values: Value, depth: number) => string {
  const { runtime } = scope;
  return (values, depth) => runtime.budget.nested(() => capture(runtime, () => run(scope, values, depth)));
}
