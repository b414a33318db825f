import type { Settings } from './settings.ts';

/**
 * Settings whose keys are fixed but which no part of this version acts on. A value other than the default is refused:
 * ignoring it would be worse. Whoever makes one work deletes its line.
 */
const idleSettings: Record<string, string> = {
  'evaluation.metrics': 'the objective decides what is measured while training',
};

/** Reports those that are given a value with an effect. */
export function refuseIdleSettings(settings: Settings): void {
  for (const [path, instead] of Object.entries(idleSettings)) {
    const setting = settings.get(path);
    if (setting === undefined || isWithoutEffect(setting.value)) continue;
    settings.problem(setting.written, `has no effect in this version: ${instead}`, 'remove it');
  }
}

function isWithoutEffect(value: unknown): boolean {
  if (value === null || value === 'auto') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
