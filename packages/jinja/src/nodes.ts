/** The tree of a parsed template. */
export type Expression =
  | { type: 'constant'; value: string | number | bigint | boolean | null | { float: number } }
  | { type: 'name'; name: string }
  | { type: 'tuple' | 'list'; items: Expression[] }
  | { type: 'dict'; pairs: [Expression, Expression][] }
  | { type: 'attribute'; object: Expression; name: string }
  | { type: 'item'; object: Expression; key: Expression }
  | { type: 'slice'; object: Expression; parts: (Expression | undefined)[] }
  | { type: 'call'; callee: Expression; call: CallParts }
  | { type: 'filter'; input: Expression | undefined; name: string; call: CallParts; line: number }
  | { type: 'test'; input: Expression; name: string; call: CallParts; line: number }
  | { type: 'binary'; operator: string; left: Expression; right: Expression }
  | { type: 'unary'; operator: string; operand: Expression }
  | { type: 'concat'; parts: Expression[] }
  | { type: 'compare'; first: Expression; rest: { operator: string; operand: Expression }[] }
  | { type: 'condition'; test: Expression; whenTrue: Expression; otherwise: Expression | undefined };

export interface CallParts {
  positional: Expression[];
  named: [name: string, value: Expression][];
  /** `*args` and `**kwargs`. */
  spread: Expression | undefined;
  spreadNamed: Expression | undefined;
}

export type Target =
  | { type: 'name'; name: string }
  | { type: 'tuple'; items: Target[] }
  | { type: 'namespace'; name: string; attribute: string };

export interface Signature {
  parameters: string[];
  /** Defaults of the last parameters. */
  defaults: Expression[];
}

export interface ForLoop {
  type: 'for';
  target: Target;
  iterable: Expression;
  test: Expression | undefined;
  recursive: boolean;
  body: Statement[];
  otherwise: Statement[];
}

export interface Macro extends Signature {
  type: 'macro';
  name: string;
  body: Statement[];
}

export interface CallBlock extends Signature {
  type: 'call-block';
  call: Expression & { type: 'call' };
  body: Statement[];
}

export type Statement =
  | { type: 'data'; text: string }
  | { type: 'print'; value: Expression }
  | { type: 'if'; branches: { test: Expression; body: Statement[] }[]; otherwise: Statement[] }
  | ForLoop
  | Macro
  | CallBlock
  | { type: 'set'; target: Target; value: Expression }
  | { type: 'set-block'; target: Target; filter: Expression | undefined; body: Statement[] }
  | { type: 'with'; bindings: { target: Target; value: Expression }[]; body: Statement[] }
  | { type: 'filter-block'; filter: Expression; body: Statement[] }
  | { type: 'generation'; body: Statement[] }
  | { type: 'break' | 'continue' };

/** A parsed template. */
export interface Template {
  body: Statement[];
}
