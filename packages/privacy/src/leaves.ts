/** The texts within a row that people wrote, without those that belong to its format. */
import { parseJson } from '@attune/files/json';

/** The column in which prepared rows store their provenance. */
const PROVENANCE = 'provenance';

export interface Leaf {
  /** The last key on the path to it. */
  key: string;
  text: string;
  set(text: string): void;
}

/** Numbers in a row; they are reported, but never changed. */
export interface NumberLeaf {
  key: string;
  value: number;
}

export interface Leaves {
  texts: Leaf[];
  numbers: NumberLeaf[];
  /** Writes back the JSON of texts that contain JSON. */
  finish(): void;
}

type Holder = Record<string, unknown>;

/** Collects the leaves of a row that may be changed, and changes them in place. */
export function leavesOf(row: Holder, columns?: readonly string[]): Leaves {
  const found: Leaves & { closings: (() => void)[] } = {
    texts: [],
    numbers: [],
    closings: [],
    // Inner JSON comes before the JSON that contains it.
    finish: () => found.closings.forEach((close) => close()),
  };
  for (const key of Object.keys(row)) {
    if (key === PROVENANCE || key === 'tools' || (columns !== undefined && !columns.includes(key))) continue;
    visit(row, key, key, found);
  }
  return found;
}

function visit(holder: Holder, index: string, key: string, found: Leaves & { closings: (() => void)[] }): void {
  const value = holder[index];
  if (typeof value === 'number') found.numbers.push({ key, value });
  else if (typeof value === 'string') {
    if (isForm(holder, index)) return;
    const nested = jsonOf(value);
    // own: a name that the holder has
    if (nested === undefined) found.texts.push({ key, text: value, set: (text) => (holder[index] = text) });
    else {
      for (const inner of Object.keys(nested)) visit(nested, inner, Array.isArray(nested) ? key : inner, found);
      // If nothing has changed, the text keeps its original spacing.
      const before = JSON.stringify(nested);
      found.closings.push(() => {
        const after = JSON.stringify(nested);
        // own: a name that the holder has
        if (after !== before) holder[index] = after;
      });
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.keys(value)) visit(value as Holder, inner, Array.isArray(value) ? key : inner, found);
  }
}

/** Roles, types and tool names define how a row is read: they stay. */
function isForm(holder: Holder, key: string): boolean {
  if (key === 'role' || key === 'type' || key === 'tool_call_id') return true;
  if (key === 'id') return 'function' in holder;
  return key === 'name' && ('arguments' in holder || 'parameters' in holder || holder.role === 'tool');
}

/** The value of a text that is a JSON object or list, as the arguments of a tool are; undefined for other texts. */
function jsonOf(text: string): Holder | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = parseJson(text);
    return typeof value === 'object' && value !== null ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}
