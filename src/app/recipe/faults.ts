import { describeIssues, missing, type Checked, type ValueFault } from '../../base/schema-issues.ts';
import type { RecipeKeys } from './keys.ts';
import type { Written } from './origin.ts';
import type { Settings } from './recipe-settings.ts';

type Issues = Parameters<typeof describeIssues>[0];

/** Reports a schema's issues with the key names and lines that the user wrote. */
export class FaultReporter {
  readonly #settings: Settings;
  readonly #keys: RecipeKeys;

  constructor(settings: Settings, keys: RecipeKeys) {
    this.#settings = settings;
    this.#keys = keys;
  }

  /** `prefix` is the path of the checked section with a final dot. */
  report(issues: Issues, checked: Checked, prefix = ''): void {
    for (const fault of describeIssues(issues, checked)) this.reportFault(fault, prefix);
  }

  reportFault(fault: ValueFault, prefix = ''): void {
    const path = [...prefix.split('.').filter((part) => part !== ''), ...fault.path];
    if (fault.message === missing && this.#settings.isRefused(path.join('.'))) return;
    const written = this.#writtenAt(path);
    this.#settings.problem(written, fault.message, fault.fix ?? this.#adviceFor(path, fault.message));
  }

  #writtenAt(path: readonly (string | number)[]): Written {
    for (let length = path.length; length > 0; length--) {
      const setting = this.#settings.get(path.slice(0, length).join('.'));
      if (setting === undefined) continue;
      const rest = path.slice(length);
      const { name, path: place } = setting.written;
      const inner = rest.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
      return { name: `${name}${inner}`, ...(place === undefined ? {} : { path: [...place, ...rest] }) };
    }
    return { name: path.join('.'), path };
  }

  #adviceFor(path: readonly (string | number)[], message: string): string | undefined {
    const key = this.#keys.at(path.join('.'));
    return key !== undefined && message === missing ? `add ${key.path}: ${key.shown}` : undefined;
  }
}
