/** JSON schemas of TypeScript types, for what `JSON.stringify` makes of their values. */
import ts from 'typescript';

export type Schema = Readonly<Record<string, unknown>>;

const { ElementFlags, SymbolFlags, TypeFlags } = ts;

const NAMED = SymbolFlags.Interface | SymbolFlags.Class | SymbolFlags.TypeAlias;
const ABSENT = TypeFlags.Undefined | TypeFlags.Void | TypeFlags.Never;
const OBJECTS = TypeFlags.Object | TypeFlags.Intersection;

export class JsonTypes {
  /** Named object types, which the other schemas refer to. */
  readonly shared = new Map<string, Schema>();
  /** Files that declare the types read so far. */
  readonly sources = new Set<string>();
  /** Types that JSON cannot express, and where they occurred. */
  readonly problems: string[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #names = new Map<ts.Type, string>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Schema of the value that a method's promise resolves to; undefined for void. */
  returnedBy(method: ts.MethodDeclaration): Schema | undefined {
    const returned = this.#checker.getReturnTypeOfSignature(this.#checker.getSignatureFromDeclaration(method)!);
    const type = this.#checker.getAwaitedType(returned) ?? returned;
    return isAbsent(type) ? undefined : this.#schema(type, method.getSourceFile().fileName);
  }

  #schema(type: ts.Type, path: string): Schema {
    const { flags } = type;
    if (flags & TypeFlags.Unknown) return {};
    if (flags & TypeFlags.Null) return { type: 'null' };
    if (flags & TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & TypeFlags.StringLike) return { type: 'string' };
    if (flags & TypeFlags.NumberLike) return { type: 'number' };
    if (type.isUnion()) return this.#union(type, path);
    if (flags & OBJECTS) return this.#object(type, path);
    return this.#refuse(type, path);
  }

  #refuse(type: ts.Type, path: string): Schema {
    this.problems.push(`${path} has no form in JSON: ${this.#checker.typeToString(type)}`);
    return {};
  }

  #union({ types }: ts.UnionType, path: string): Schema {
    const members = types.filter((one) => !isAbsent(one));
    const switches = members.filter((one) => one.flags & TypeFlags.BooleanLiteral);
    const others = switches.length === 2 ? members.filter((one) => !switches.includes(one)) : members;
    const all = [...others.map((one) => this.#schema(one, path)), ...(others === members ? [] : [{ type: 'boolean' }])];
    const { yes: literals = [], no: rest = [] } = Object.groupBy(all, (one) => ('const' in one ? 'yes' : 'no'));
    const choices = literals.length > 1 ? [{ enum: literals.map((one) => one.const) }] : literals;
    const distinct = [...new Map([...choices, ...rest].map((one) => [JSON.stringify(one), one])).values()];
    if (distinct.length === 1) return distinct[0]!;
    // Members of a type, in the checker's order.
    return { anyOf: distinct.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
  }

  #object(type: ts.Type, path: string): Schema {
    const own = type.getProperty('toJSON');
    if (own !== undefined) return this.#schema(this.#returned(own), path);
    if (this.#checker.isTupleType(type)) return this.#tuple(type as ts.TupleTypeReference, path);
    if (this.#checker.isArrayType(type)) {
      const [items] = this.#checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: this.#schema(items!, `${path}[]`) };
    }
    // Maps, sets and typed arrays.
    if (type.getProperty('forEach') !== undefined) return this.#refuse(type, path);
    const name = this.#nameOf(type);
    if (name === undefined) return this.#members(type, path);
    if (!this.shared.has(name)) {
      // Reserves the name before members are read, since they may refer to it.
      this.shared.set(name, {});
      this.shared.set(name, this.#members(type, name));
    }
    return { $ref: `#/$defs/${name}` };
  }

  #tuple(type: ts.TupleTypeReference, path: string): Schema {
    const members = this.#checker.getTypeArguments(type).map((one, at) => this.#schema(one, `${path}[${at}]`));
    const { minLength: minItems, combinedFlags } = type.target;
    const isOpen = (combinedFlags & ElementFlags.Variable) !== 0;
    if (isOpen) return { type: 'array', items: { anyOf: members }, minItems };
    return { type: 'array', prefixItems: members, items: false, minItems };
  }

  #members(type: ts.Type, path: string): Schema {
    const kept = this.#checker.getPropertiesOfType(type).flatMap((symbol) => {
      const valued = this.#checker.getTypeOfSymbol(symbol);
      return isWritten(symbol, valued) ? [{ symbol, valued }] : [];
    });
    const properties = kept.map(({ symbol, valued }) => {
      this.#note(symbol);
      return [symbol.name, this.#described(symbol, this.#schema(valued, `${path}.${symbol.name}`))] as const;
    });
    const required = kept.filter(({ symbol, valued }) => !mayBeAbsent(symbol, valued)).map(({ symbol }) => symbol.name);
    const [rest] = this.#checker.getIndexInfosOfType(type).map((info) => this.#schema(info.type, `${path}[key]`));
    return {
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
      additionalProperties: rest ?? (properties.length > 0 ? false : {}),
    };
  }

  /** With the property's doc comment as the description. */
  #described(property: ts.Symbol, schema: Schema): Schema {
    const text = ts.displayPartsToString(property.getDocumentationComment(this.#checker)).replaceAll(/\s+/g, ' ');
    return text === '' ? schema : { ...schema, description: text };
  }

  /** Name of an interface, class or alias, numbered where another type has the same; undefined for other types. */
  #nameOf(type: ts.Type): string | undefined {
    const symbol: ts.Symbol | undefined = type.aliasSymbol ?? type.symbol;
    const given = type.aliasTypeArguments ?? this.#checker.getTypeArguments(type as ts.TypeReference);
    if (((symbol?.flags ?? 0) & NAMED) === 0 || given.length > 0) return undefined;
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    this.#note(symbol);
    const taken = new Set(this.#names.values());
    let name = symbol.name;
    for (let more = 2; taken.has(name); more++) name = `${symbol.name}${more}`;
    this.#names.set(type, name);
    return name;
  }

  #returned(method: ts.Symbol): ts.Type {
    const [signature] = this.#checker.getTypeOfSymbol(method).getCallSignatures();
    return this.#checker.getReturnTypeOfSignature(signature!);
  }

  #note({ declarations = [] }: ts.Symbol): void {
    for (const declaration of declarations) this.sources.add(declaration.getSourceFile().fileName);
  }
}

function isAbsent({ flags }: ts.Type): boolean {
  return (flags & ABSENT) !== 0;
}

function mayBeAbsent(property: ts.Symbol, type: ts.Type): boolean {
  return (property.flags & SymbolFlags.Optional) !== 0 || (type.isUnion() && type.types.some(isAbsent));
}

/** Omits functions, getters of classes and private members. */
function isWritten({ name, flags }: ts.Symbol, type: ts.Type): boolean {
  const isHidden = /^(?:#|__@)/.test(name) || (flags & SymbolFlags.Accessor) !== 0;
  return !isHidden && !isAbsent(type) && type.getCallSignatures().length === 0;
}
