/** Python's names for errors in templates; some filters and lookups catch some of them. */
export type FailureKind =
  | 'TypeError'
  | 'ValueError'
  | 'KeyError'
  | 'IndexError'
  | 'OverflowError'
  | 'ZeroDivisionError'
  | 'UndefinedError'
  | 'SecurityError'
  | 'TemplateRuntimeError'
  | 'NotSupported';

/** A failed rendering: an error that Jinja2 raises too, or an unsupported feature. */
export class TemplateFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The source is not a valid template. */
export class TemplateSyntaxError extends Error {
  constructor(message: string, line: number) {
    super(`${message} (line ${line})`);
  }
}

/** The template rejected the conversation by raise_exception. */
export class TemplateRefusal extends Error {}

/** The template exceeded its limits. */
export class TemplateLimitError extends Error {}

export function typeError(message: string): TemplateFailure {
  return new TemplateFailure('TypeError', message);
}

export function valueError(message: string): TemplateFailure {
  return new TemplateFailure('ValueError', message);
}

/** Features of Jinja2 that this interpreter rejects rather than rendering them differently. */
export function notSupported(what: string): TemplateFailure {
  return new TemplateFailure('NotSupported', `${what} is not supported`);
}

export function isFailure(error: unknown, ...kinds: FailureKind[]): boolean {
  return error instanceof TemplateFailure && kinds.includes(error.kind);
}
